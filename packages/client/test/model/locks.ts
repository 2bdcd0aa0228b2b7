interface Waiting<Owner> {
  owner: Owner
  grant(): void
}

type Work = (lock: null) => unknown

/** Creates the Web Locks of one browser: exclusive, in the order of the requests, freed when their owner is gone. */
export function createLocks<Owner>() {
  const queues = new Map<string, Waiting<Owner>[]>()

  function leave(name: string, waiting: Waiting<Owner>): void {
    const queue = queues.get(name) ?? []
    const isHolder = queue[0] === waiting
    queues.set(
      name,
      queue.filter((one) => one !== waiting),
    )
    if (isHolder) queues.get(name)?.[0]?.grant()
  }

  function enter(name: string, owner: Owner, signal: AbortSignal | undefined) {
    return new Promise<Waiting<Owner>>((resolve, reject) => {
      const waiting = { owner, grant: () => resolve(waiting) }
      const queue = [...(queues.get(name) ?? []), waiting]
      queues.set(name, queue)
      if (queue[0] === waiting) waiting.grant()
      const giveUp = () => {
        if (queues.get(name)?.[0] === waiting) return // it has the lock: an abort comes too late
        leave(name, waiting)
        reject(signal?.reason)
      }
      signal?.addEventListener('abort', giveUp, { once: true })
    })
  }

  return {
    /** `navigator.locks.request` of the owner's page. */
    requestOf: (owner: () => Owner) =>
      async function request(name: string, ...rest: [Work] | [LockOptions, Work]) {
        const work = rest.length === 1 ? rest[0] : rest[1]
        const { signal } = rest.length === 1 ? {} : rest[0]
        signal?.throwIfAborted()
        const held = await enter(name, owner(), signal)
        try {
          return await work(null)
        } finally {
          leave(name, held)
        }
      } as LockManager['request'], // its overloads, of which the package uses two
    /** Frees what an owner holds, and forgets what it waits for. */
    release(owner: Owner): void {
      for (const [name, queue] of queues) {
        for (const waiting of queue) if (waiting.owner === owner) leave(name, waiting)
      }
    },
  }
}
