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
    const start = () => {
      signal?.throwIfAborted()
      return work()
    }
    const turn = (lastOf.get(name) ?? Promise.resolve()).then(start)
    const forget = () => {
      if (lastOf.get(name) === ended) lastOf.delete(name)
    }
    // The next work gets its turn whether this one succeeds or fails.
    const ended = turn.then(forget, forget)
    lastOf.set(name, ended)
    return turn
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
export const runAlone: RunAlone = async (name, work, options = {}) => {
  const locks = globalThis.navigator?.locks // missing in Node 20 and 22, and on insecure pages
  if (!locks) return runAloneInThread(name, work, options)
  const { signal } = options
  let hasStarted = false
  const start = () => {
    hasStarted = true
    return work()
  }
  try {
    return await locks.request(name, signal ? { signal } : {}, start)
  } catch (error) {
    // Pages with an opaque origin, such as a sandboxed frame, have Web Locks that refuse every request.
    if (hasStarted || signal?.aborted) throw error
    return runAloneInThread(name, work, options)
  }
}
