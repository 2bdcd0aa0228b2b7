/** A map that drops what has expired when something is added, and its oldest entries rather than grow without bound. */
export interface ExpiringMap<Value> {
  /** The value, unless it has expired. */
  get(key: string): Value | undefined
  /** The value, which is then no longer in the map: for what works once. */
  take(key: string): Value | undefined
  /** `expiresAt` in milliseconds since the epoch; `Infinity` for what stays. */
  set(key: string, value: Value, expiresAt: number): void
  /** Those that have not expired, the oldest first. */
  values(): Value[]
  delete(key: string): boolean
  clear(): void
}

/** An empty map of at most `limit` entries, 10 000 by default, on the clock `now`. */
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

// Only from the oldest on, as far as they have expired, so that it costs next to nothing: most maps have one lifetime.
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
