import { MyAccountApiError } from '../errors/my-account-api-error.js'
import { type Result, unwrap } from './unwrap.js'

/** How many items the API has on a page at most. */
export const MAX_TAKE = 20

/**
 * Yields pages until there is no `next`.
 *
 * @param getPage - Asks for the page that starts at `from`, or for the first one if it is undefined.
 * @throws {MyAccountApiError} `unexpected_response`, if the server repeats a cursor, because that would never end.
 */
export async function* iteratePages<Page extends { next?: string }>(
  getPage: (from: string | undefined) => Promise<Result>,
  isPage: (value: unknown) => value is Page,
): AsyncGenerator<Page, void, undefined> {
  const cursors = new Set<string>()
  let from: string | undefined
  do {
    const result = await getPage(from)
    const page = await unwrap(result, isPage, 200)
    from = page.next
    if (from !== undefined && cursors.has(from)) throw new MyAccountApiError(result.response, page)
    if (from !== undefined) cursors.add(from)
    yield page
  } while (from !== undefined)
}
