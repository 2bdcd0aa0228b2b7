import { base64url } from 'jose'

/** An item of a list, and its fixed place in it. Places grow; what is deleted leaves a gap. */
export interface Placed<Item> {
  readonly position: number
  readonly item: Item
}

/** One page, and where the next one starts. `next` is absent on the last page. */
export interface Page<Item> {
  items: Item[]
  next?: string
}

/** The most items a page has, whatever `take` asks for. */
const MAX_TAKE = 20

/**
 * The page after `from` of a list in the order of its positions, or `undefined` if `from` is no `next` of this list. It
 * starts behind the last item seen, so that a deletion between two pages hides nothing.
 */
export function pageOf<Item>(
  list: readonly Placed<Item>[],
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
