import { unlessAborted } from './http/abort.js'

/**
 * Runs work after all earlier work of the same name has ended, and returns its result. An abort of `signal` ends the
 * waiting; it does not end work that has started.
 */
export type RunAlone = <T>(
  name: string,
  work: () => Promise<T>,
  options?: { signal?: AbortSignal | undefined },
) => Promise<T>

/**
 * Creates a mutex for this thread: work of the same name runs one after another, work of different names runs at once.
 *
 * @internal
 */
export function createMutex(): RunAlone {
  const lastOf = new Map<string, Promise<void>>()
  return (name, work, { signal } = {}) => {
    const earlier = lastOf.get(name) ?? Promise.resolve()
    const waiting = unlessAborted(earlier, signal)
    const turn = earlier.then(() => {
      signal?.throwIfAborted()
      return work()
    })
    const forget = () => {
      if (lastOf.get(name) === ended) lastOf.delete(name)
    }
    // The next work gets its turn whether this one succeeds or fails.
    const ended = turn.then(forget, forget)
    lastOf.set(name, ended)
    return waiting.then(() => turn)
  }
}

const runAloneInThread = createMutex()

/**
 * Runs work while no other work of the same name runs in any tab or worker of the origin. If the runtime has no Web Locks or
 * refuses them, it only waits for other work of this thread.
 *
 * @see https://w3c.github.io/web-locks/
 * @internal
 */
export const runAlone: RunAlone = (name, work, options = {}) =>
  // In this thread first, so that work whose Web Lock is refused still waits for work whose Web Lock was granted.
  runAloneInThread(name, () => runInTurnOfOrigin(name, work, options), options)

const runInTurnOfOrigin: RunAlone = async (name, work, { signal } = {}) => {
  const locks = globalThis.navigator?.locks // missing in Node 20 and 22, and on insecure pages
  if (!locks) return work()
  let hasStarted = false
  const start = () => {
    hasStarted = true
    return work()
  }
  try {
    return await locks.request(name, signal ? { signal } : {}, start)
  } catch (error) {
    if (hasStarted || signal?.aborted) throw error
    // Pages with an opaque origin, such as a sandboxed frame, have Web Locks that refuse every request.
    return work()
  }
}
