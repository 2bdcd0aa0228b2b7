import type { Abortable } from '../contract/types.js'
import { LONGEST_TIMER } from '../http/abort.js'
import type { AccountsIdentity } from './tabs.js'

/** An account that is about to be disconnected, which can still be undone. */
export interface Undoable {
  readonly id: string
  /** Id of the user whose account it is. */
  readonly user: string | undefined
  /** The base URL of the client that will delete it. A user can have the same id at another tenant. */
  readonly baseUrl: string
  /** Keeps the account connected. */
  undo: () => void
}

let undoable: readonly Undoable[] = []
const listeners = new Set<() => void>()

/**
 * Returns the accounts of this page whose disconnect can still be undone. It returns the same array until the list changes. The
 * list stays when a component unmounts.
 *
 * @example
 * ```ts
 * for (const { undo } of getUndoable()) undo()
 * ```
 */
export function getUndoable(): readonly Undoable[] {
  return undoable
}

/**
 * Listens to changes of {@link getUndoable}.
 *
 * @returns A function that ends the listening.
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

/** Returns a predicate for what a user can undo at a server. @internal */
export function isUndoableBy(
  user: string | undefined,
  baseUrl: string,
): (entry: Undoable) => boolean {
  return (entry) => entry.user === user && entry.baseUrl === baseUrl
}

/** Undoes what a user can undo at a server: the disconnect of one account, or all of them without an id. @internal */
export function undoDisconnects(user: string | undefined, baseUrl: string, id?: string): void {
  for (const entry of undoable.filter(isUndoableBy(user, baseUrl))) {
    if (id === undefined || entry.id === id) entry.undo()
  }
}

/** Options of {@link waitForUndo}. */
export interface UndoOptions extends Abortable, AccountsIdentity {
  /** How long it can be undone, in milliseconds. */
  undoMs: number
}

/**
 * Waits until the time to undo is over. Leaving the page counts as undoing: then the promise stays pending, and resolves with
 * true if the back/forward cache restores the page.
 *
 * @returns True as soon as it is undone or aborted; false when the time is over.
 */
export function waitForUndo(
  id: string,
  { client, user, undoMs, signal }: UndoOptions,
): Promise<boolean> {
  return new Promise((resolve) => {
    const listening = new AbortController()
    const once = { signal: listening.signal }
    const end = (undone: boolean) => {
      clearTimeout(timer)
      listening.abort()
      setUndoable(undoable.filter((one) => one !== entry))
      resolve(undone)
    }
    const entry = { id, user, baseUrl: client.baseUrl, undo: () => end(true) }
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
