import type { Abortable } from '../contract/types.js'

/** An account whose disconnecting can still be undone. */
export interface Undoable {
  readonly id: string
  /** Id of the user whose account it is. */
  readonly user: string | undefined
  undo(): void
}

/** A longer one would end at once. */
const LONGEST_TIMER = 2 ** 31 - 1

let undoable: readonly Undoable[] = []
const listeners = new Set<() => void>()

/** What can be undone now, in this page: the same array until it changes. It is no component's, so that unmounting one loses nothing. */
export function getUndoable(): readonly Undoable[] {
  return undoable
}

/** Calls back when {@link getUndoable} answers something else; answers what ends that. */
export function subscribeToUndoable(listener: () => void): () => void {
  listeners.add(listener)
  return () => void listeners.delete(listener)
}

/** Whose account can be undone, and for how long. */
export interface UndoOptions extends Abortable {
  user?: string | undefined
  /** How long it can be undone, in milliseconds. */
  undoMs: number
}

/**
 * Waits; resolves with true as soon as it is undone or aborted, else with false. Leaving the page is as good as undoing: then
 * it never resolves, or with true where the back/forward cache restores the page.
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
    // React Native has timers, and no events of a page.
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
