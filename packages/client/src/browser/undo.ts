import type { Abortable } from '../contract/types.js'

/** An account that is about to be disconnected, which can still be undone. */
export interface Undoable {
  readonly id: string
  /** Id of the user whose account it is. */
  readonly user: string | undefined
  /** Keeps the account connected. */
  undo(): void
}

/** `setTimeout` ends a longer time at once. */
const LONGEST_TIMER = 2 ** 31 - 1

let undoable: readonly Undoable[] = []
const listeners = new Set<() => void>()

/**
 * Returns what can be undone now in this page: the same array until it changes. It belongs to no component, so unmounting one
 * loses nothing.
 */
export function getUndoable(): readonly Undoable[] {
  return undoable
}

/**
 * Listens to changes of {@link getUndoable}.
 *
 * @returns What ends the listening.
 *
 * @example
 * ```ts
 * subscribeToUndoable(() => {
 *   undoButton.hidden = getUndoable().length === 0
 * })
 * undoButton.addEventListener('click', () => getUndoable()[0]?.undo())
 * ```
 */
export function subscribeToUndoable(listener: () => void): () => void {
  listeners.add(listener)
  return () => void listeners.delete(listener)
}

/** Options of {@link waitForUndo}. */
export interface UndoOptions extends Abortable {
  user?: string | undefined
  /** How long it can be undone, in milliseconds. */
  undoMs: number
}

/**
 * Waits until the time to undo is over. Leaving the page counts as undoing: then the promise stays pending, and resolves with
 * true if the back/forward cache restores the page.
 *
 * @returns True as soon as it is undone or aborted; false when the time is over.
 */
export function waitForUndo(id: string, { user, undoMs, signal }: UndoOptions): Promise<boolean> {
  return new Promise((resolve) => {
    const listening = new AbortController()
    const once = { signal: listening.signal }
    const end = (undone: boolean) => {
      clearTimeout(timer)
      listening.abort()
      setUndoable(undoable.filter((one) => one !== entry))
      resolve(undone)
    }
    const entry = { id, user, undo: () => end(true) }
    const timer = setTimeout(end, Math.min(undoMs, LONGEST_TIMER), false)
    // React Native has timers, but none of a page's events.
    globalThis.addEventListener?.('pagehide', () => clearTimeout(timer), once)
    globalThis.addEventListener?.('pageshow', ({ persisted }) => persisted && end(true), once)
    signal?.addEventListener('abort', entry.undo, once)
    setUndoable([...undoable, entry])
  })
}

function setUndoable(now: readonly Undoable[]): void {
  undoable = now
  for (const listener of listeners) listener()
}
