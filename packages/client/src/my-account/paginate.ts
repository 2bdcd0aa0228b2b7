/** How many items the API has on a page at most. */
export const MAX_TAKE = 20

/** Whether a value is of a type. */
export type Guard<T> = (value: unknown) => value is T

/** Pages until one has no `next`; one whose `next` was there before is not expected, as that would never end. */
export async function* iteratePages<Page extends { next?: string }>(
  isPage: Guard<Page>,
  list: (query: { from?: string }, isPage: Guard<Page>) => Promise<Page>,
): AsyncGenerator<Page, void, undefined> {
  const seen = new Set<string | undefined>()
  const isNewPage = (value: unknown): value is Page => isPage(value) && !seen.has(value.next)
  let from: string | undefined
  do {
    const page = await list(from === undefined ? {} : { from }, isNewPage)
    yield page
    from = page.next
    seen.add(from)
  } while (from !== undefined)
}
