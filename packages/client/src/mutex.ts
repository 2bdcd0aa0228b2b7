const queues = new Map<string, Promise<unknown>>()

/**
 * Runs work after all other work of the same name is done. With Web Locks that is the work of all tabs and workers of the
 * origin, without them that of this thread.
 */
export async function runAlone<T>(name: string, work: () => Promise<T>): Promise<T> {
  const locks = globalThis.navigator?.locks // missing in Node 20 and 22 and on insecure pages
  if (locks) return await locks.request(name, work)
  const before = queues.get(name) ?? Promise.resolve()
  const run = before.then(work, work)
  queues.set(name, run)
  try {
    return await run
  } finally {
    if (queues.get(name) === run) queues.delete(name)
  }
}
