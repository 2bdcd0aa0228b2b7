/** An account whose disconnecting can still be undone. */
export interface Waiting {
  id: string
  user: string | undefined
  undo: () => void
}

let waiting: readonly Waiting[] = []
const listeners = new Set<() => void>()

/** What can be undone now, in this page. It is no component's, so that unmounting one loses nothing. */
export function getWaiting(): readonly Waiting[] {
  return waiting
}

/** Calls back when {@link getWaiting} answers something else. */
export function subscribeToWaiting(listener: () => void): () => void {
  listeners.add(listener)
  return () => void listeners.delete(listener)
}

/**
 * Waits for a number of milliseconds; resolves with true as soon as it is undone, else with false. Leaving the page is as
 * good as undoing: then it never resolves, or with true where the back/forward cache restores the page.
 */
export function waitForUndo({ id, user }: Omit<Waiting, 'undo'>, undoMs: number): Promise<boolean> {
  return new Promise((resolve) => {
    const listening = new AbortController()
    const { signal } = listening
    const end = (undone: boolean) => {
      clearTimeout(timer)
      listening.abort()
      setWaiting(waiting.filter((one) => one !== entry))
      resolve(undone)
    }
    const entry = { id, user, undo: () => end(true) }
    const timer = setTimeout(end, undoMs, false)
    // React Native has timers, and no events of a page.
    globalThis.addEventListener?.('pagehide', () => clearTimeout(timer), { signal })
    globalThis.addEventListener?.('pageshow', ({ persisted }) => persisted && end(true), { signal })
    setWaiting([...waiting, entry])
  })
}

function setWaiting(now: readonly Waiting[]): void {
  waiting = now
  for (const listener of listeners) listener()
}
