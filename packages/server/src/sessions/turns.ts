import type { SessionStore } from './session.js'

/** Lets work of the same key take turns, within this process. */
export function createTurns(): <T>(key: string, work: () => Promise<T>) => Promise<T> {
  const last = new Map<string, Promise<unknown>>()
  return (key, work) => {
    // Whatever came of the one before, the next one has its turn.
    const turn = (last.get(key) ?? Promise.resolve()).then(work, work)
    const done = turn.catch(() => {}).finally(() => last.get(key) === done && last.delete(key))
    last.set(key, done)
    return turn
  }
}

/** The `runAlone` of a store that only this process has. */
export function createLocalTurns(): SessionStore['runAlone'] {
  const turns = createTurns()
  return (id, work) => turns(id, () => work(() => true))
}
