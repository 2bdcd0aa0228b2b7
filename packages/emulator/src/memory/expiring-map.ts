/** A Map with a maximum size whose entries expire. Adding an entry removes expired ones, and the oldest ones if the map is full. */
export interface ExpiringMap<Value> {
  /** Returns the value, unless it has expired. */
  get(key: string): Value | undefined
  /** Returns the value and removes it from the map: for things that work only once. */
  take(key: string): Value | undefined
  /** Adds a value. `expiresAt` is in milliseconds since the epoch, and `Infinity` for a value that does not expire. */
  set(key: string, value: Value, expiresAt: number): void
  /** Returns the values that have not expired, the oldest first. */
  values(): Value[]
  delete(key: string): boolean
  clear(): void
}

/** Creates an empty map of at most `limit` entries (10,000 by default) that uses the clock `now`. */
export function createExpiringMap<Value>(now: () => number, limit = 10_000): ExpiringMap<Value> {
  const entries = new Map<string, { value: Value; expiresAt: number }>()
  const get = (key: string) => {
    const entry = entries.get(key)
    if (!entry) return undefined
    if (entry.expiresAt > now()) return entry.value
    entries.delete(key)
    return undefined
  }
  return {
    get,
    take(key) {
      const value = get(key)
      entries.delete(key)
      return value
    },
    set(key, value, expiresAt) {
      entries.delete(key)
      dropExpired(entries, now())
      entries.set(key, { value, expiresAt })
      if (entries.size > limit) makeRoom(entries, now(), limit)
    },
    values: () =>
      [...entries.values()].filter(({ expiresAt }) => expiresAt > now()).map(({ value }) => value),
    delete: (key) => entries.delete(key),
    clear: () => entries.clear(),
  }
}

// Stops at the first entry that has not expired. This is fast, and enough because most maps have one lifetime for all entries.
function dropExpired(entries: Map<string, { expiresAt: number }>, now: number): void {
  for (const [key, { expiresAt }] of entries) {
    if (expiresAt > now) return
    entries.delete(key)
  }
}

function makeRoom(entries: Map<string, { expiresAt: number }>, now: number, limit: number): void {
  for (const [key, entry] of entries) if (entry.expiresAt <= now) entries.delete(key)
  for (const key of entries.keys()) {
    if (entries.size <= limit) return
    entries.delete(key)
  }
}
