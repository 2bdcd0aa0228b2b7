/** A map that keeps so many entries, those that were set last. */
export function createNewest<V>(limit: number): Pick<Map<string, V>, 'get' | 'has' | 'delete'> & {
  set(key: string, value: V): void
} {
  const entries = new Map<string, V>()
  return {
    get: (key) => entries.get(key),
    has: (key) => entries.has(key),
    delete: (key) => entries.delete(key),
    set(key, value) {
      entries.delete(key)
      entries.set(key, value)
      const [oldest] = entries.keys()
      if (entries.size > limit && oldest !== undefined) entries.delete(oldest)
    },
  }
}
