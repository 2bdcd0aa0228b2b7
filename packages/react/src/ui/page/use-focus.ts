import { type FocusEvent, type RefObject, useEffect, useRef } from 'react'

/** Moves the focus inside the component. */
export interface Focus {
  root: RefObject<HTMLElement | null>
  /**
   * Moves the focus to the first of these places that there is, as soon as it is rendered. Does nothing if the person is
   * elsewhere in the page, or goes elsewhere meanwhile.
   */
  focusOn: (...places: string[]) => void
  /** For the root element. */
  handlers: { onFocus: (event: FocusEvent) => void; onBlur: (event: FocusEvent) => void }
}

/** Gives an element the name by which `focusOn` finds it. */
export const PLACE = 'data-focus-place'

/**
 * Moves the focus where a person expects it. If the focused element disappears, the focus goes to the row that took its
 * place, so that it does not go back to the top of the page.
 */
export function useFocus(): Focus {
  const root = useRef<HTMLElement>(null)
  const wanted = useRef<{ places: string[]; from: Element | null }>(undefined)
  const lastRow = useRef<number>(undefined)

  useEffect(() => {
    const { activeElement, body } = document
    const isLost = activeElement === body || activeElement === null
    const { places, from } = wanted.current ?? {}
    if (places && from !== activeElement && !isLost) wanted.current = undefined
    const target = wanted.current && find(root.current, places ?? [])
    if (target) wanted.current = undefined
    const replacement =
      isLost && lastRow.current !== undefined ? rowAt(root.current, lastRow.current) : undefined
    const next = target ?? replacement
    next?.focus()
  })

  return {
    root,
    focusOn: (...places) => {
      const { activeElement: from, body } = document
      const isElsewhere = from && from !== body && !root.current?.contains(from)
      if (!isElsewhere) wanted.current = { places, from }
    },
    handlers: {
      onFocus: ({ target }) => {
        lastRow.current = rowsOf(root.current).findIndex((row) => row.contains(target))
      },
      onBlur: ({ relatedTarget }) => {
        // While a popup is open, the window has no focus but the element keeps it.
        const isGone = relatedTarget ? !root.current?.contains(relatedTarget) : document.hasFocus()
        if (isGone) lastRow.current = undefined
      },
    },
  }
}

const rowsOf = (root: HTMLElement | null) => [
  ...(root?.querySelectorAll<HTMLElement>('[data-part="item"]') ?? []),
]

function find(
  root: HTMLElement | null | undefined,
  places: readonly string[],
): HTMLElement | undefined {
  const found = places.map((place) =>
    root?.querySelector<HTMLElement>(`[${PLACE}="${CSS.escape(place)}"]`),
  )
  return found.find((element) => element) ?? undefined
}

/** Returns the name of the row that is now where the last one was, or the title. */
function rowAt(root: HTMLElement | null, index: number): HTMLElement | undefined {
  const rows = rowsOf(root)
  const row = index < 0 ? undefined : rows[Math.min(index, rows.length - 1)]
  const name = row?.querySelector<HTMLElement>('[data-part="name"]')
  return name ?? find(root, ['title', 'connect'])
}
