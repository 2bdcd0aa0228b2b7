import { createSeal } from './cookies/seal.js'
import { type Entries, entryKey, pause, unavailable, unreadable } from './store/shared-store.js'

/** What is needed to find a session in a store. */
export interface SessionPointer {
  id: string
  expiresAt: number
  /** Keys of the entries that say, if they exist, that the session has ended. */
  ends: string[]
}

/** The user of an application. */
export interface SessionOwner {
  clientId: string
  sub: string
}

/** The sessions of each user, newest first. */
export interface UserIndex {
  add(owner: SessionOwner, pointer: SessionPointer): Promise<void>
  find(owner: SessionOwner): Promise<SessionPointer[]>
}

const PURPOSE = 'sessions of a user'
/** How many sessions of a user are remembered. */
const MAX_SESSIONS = 10
/** How often one write is tried while other machines write, too. */
const MAX_REPLACES = 5
/** In milliseconds. */
const PAUSE = 100

/**
 * Creates the index in a store. If the store has no compare-and-set, and a user logs in at two machines at once, it may miss one of
 * the two sessions.
 *
 * @param secret - The first secret seals, and all of them open.
 * @throws {TypeError} if a secret has fewer than 32 bytes.
 */
export function createUserIndex(entries: Entries, secret: string | readonly string[]): UserIndex {
  const seal = createSeal(secret, [], 'userIndexSecret')
  const keyOf = ({ clientId, sub }: SessionOwner) => entryKey(PURPOSE, clientId, sub)

  async function open(sealed: string | undefined): Promise<SessionPointer[] | undefined> {
    if (sealed === undefined) return []
    const pointers = (await seal.open(sealed, PURPOSE)) as SessionPointer[] | undefined // only `add` seals for this purpose
    return pointers?.filter(({ expiresAt }) => expiresAt > Date.now())
  }

  return {
    async add(owner, pointer) {
      const key = await keyOf(owner)
      for (let tries = 0; tries < MAX_REPLACES; tries += 1) {
        const before = await entries.get(key)
        // A list that another secret has sealed is of no more use. The login must not fail because of it.
        const others = ((await open(before)) ?? []).filter(({ id }) => id !== pointer.id)
        const pointers = [pointer, ...others].slice(0, MAX_SESSIONS)
        const until = Math.max(...pointers.map(({ expiresAt }) => expiresAt))
        const sealed = await seal.close(pointers, PURPOSE)
        if (await entries.replace(key, before, sealed, until)) return
        await pause(PAUSE)
      }
      throw unavailable(new Error(`The store's replace() returned false ${MAX_REPLACES} times.`))
    },
    async find(owner) {
      return (await open(await entries.get(await keyOf(owner)))) ?? unreadable()
    },
  }
}
