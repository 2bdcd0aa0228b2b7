/** Runs `work` after all earlier work with the same key has ended. */
export type OneAtATime = <Result>(key: string, work: () => Promise<Result>) => Promise<Result>

/** Creates a queue for each key. A queue is deleted when it is empty. */
export function createOneAtATime(): OneAtATime {
  const last = new Map<string, Promise<unknown>>()
  return async (key, work) => {
    const before = last.get(key) ?? Promise.resolve()
    const result = before.then(work, work)
    last.set(key, result)
    try {
      return await result
    } finally {
      if (last.get(key) === result) last.delete(key)
    }
  }
}
