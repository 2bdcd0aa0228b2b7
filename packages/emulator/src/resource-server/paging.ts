import { base64url } from 'jose'

/** An item of a list and its position. Positions increase and never change; a deleted item leaves a gap. */
export interface Positioned<Item> {
  readonly position: number
  readonly item: Item
}

/** One page of a list. `next` is the cursor of the next page; the last page has none. */
export interface Page<Item> {
  items: Item[]
  next?: string
}

/** The maximum number of items on a page, also if `take` is larger. */
const MAX_TAKE = 20

/**
 * Returns the page after the cursor `from`, or undefined if `from` is not a cursor of this list. The page starts after the last item
 * of the page before, so a deletion between two pages does not hide an item.
 */
export function pageOf<Item>(
  list: readonly Positioned<Item>[],
  { name, query }: { name: string; query: URLSearchParams },
): Page<Item> | undefined {
  const from = query.get('from')
  const after = from === null ? -1 : readCursor(name, from)
  if (after === undefined) return undefined
  const take = Math.min(Number(query.get('take') ?? 10), MAX_TAKE)
  const rest = list.filter(({ position }) => position > after)
  const page = rest.slice(0, take)
  const last = page.at(-1)
  const items = page.map(({ item }) => item)
  return last && rest.length > take ? { items, next: cursor(name, last.position) } : { items }
}

function cursor(name: string, position: number): string {
  return base64url.encode(`${name}:${position}`)
}

function readCursor(name: string, text: string): number | undefined {
  try {
    const [, list, position] =
      /^(\w+):(\d{1,15})$/.exec(new TextDecoder().decode(base64url.decode(text))) ?? []
    return list === name ? Number(position) : undefined
  } catch {
    return undefined // not base64url
  }
}
