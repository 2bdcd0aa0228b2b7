const queues = new Map<string, Promise<unknown>>()

/**
 * Runs work after all other work of its name is done: of all tabs and workers of the origin where the runtime has Web
 * Locks, and else of this thread.
 */
export async function runAlone<T>(name: string, work: () => Promise<T>): Promise<T> {
  const locks = globalThis.navigator?.locks // Node 20 has no navigator, insecure pages and Node 22 no locks
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
