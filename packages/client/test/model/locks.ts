interface Waiting<Owner> {
  owner: Owner
  grant(): void
}

type Work = (lock: null) => unknown

/** Creates the Web Locks of one browser: exclusive, in the order of the requests, freed when their owner is gone. */
export function createLocks<Owner>() {
  const queues = new Map<string, Waiting<Owner>[]>()

  /** Takes those that are over out of a queue, and grants the lock to the next one if it is free then. */
  function leave(name: string, isOver: (one: Waiting<Owner>) => boolean): void {
    const queue = queues.get(name) ?? []
    const left = queue.filter((one) => !isOver(one))
    queues.set(name, left)
    if (left[0] !== queue[0]) left[0]?.grant()
  }

  function enter(name: string, owner: Owner, signal: AbortSignal | undefined) {
    return new Promise<Waiting<Owner>>((resolve, reject) => {
      const waiting = { owner, grant: () => resolve(waiting) }
      const queue = [...(queues.get(name) ?? []), waiting]
      queues.set(name, queue)
      if (queue[0] === waiting) waiting.grant()
      const giveUp = () => {
        if (queues.get(name)?.[0] === waiting) return // it has the lock: an abort comes too late
        leave(name, (one) => one === waiting)
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
          leave(name, (one) => one === held)
        }
      } as LockManager['request'], // its overloads, of which the package uses two
    /** Frees what an owner holds, and forgets what it waits for. */
    release(owner: Owner): void {
      for (const name of queues.keys()) leave(name, (one) => one.owner === owner)
    },
  }
}
