/** Runs work, after all work that was given before with the same key. */
export type OneAtATime = <Result>(key: string, work: () => Promise<Result>) => Promise<Result>

/** A queue for each key, which is forgotten once it is empty. */
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
