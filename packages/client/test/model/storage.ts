/** Creates a web storage in memory, whose own keys are those of its entries, as in a browser. */
export function createStorage(): Storage {
  const entries: Record<string, string> = Object.create({
    getItem: (key: string) => entries[key] ?? null,
    setItem(key: string, value: string) {
      entries[key] = String(value)
    },
    removeItem(key: string) {
      delete entries[key]
    },
    key: (index: number) => Object.keys(entries)[index] ?? null,
    clear() {
      for (const key of Object.keys(entries)) delete entries[key]
    },
    get length() {
      return Object.keys(entries).length
    },
  })
  return entries as unknown as Storage // its prototype has the methods
}
