import { type Entries, entryKey, unreadable } from '../store/shared-store.js'
import type { VaultUser } from '../tokens/connection-token-source.js'

/** What the last try for a grant came to. */
export interface KeptGrant {
  /** When that was, in milliseconds since the epoch. */
  at: number
  /** `dead`: it was exchanged before, and is gone. `not_connected`: it was never exchanged by this job. */
  state: 'exchanged' | 'dead' | 'not_connected'
}

/** What a job knows about the grants of users: one entry of the store for each user. */
export interface Ledger {
  /** Returns the user's grants by connection. */
  read(user: VaultUser): Promise<Map<string, KeptGrant>>
  write(user: VaultUser, grants: Map<string, KeptGrant>): Promise<void>
}

/** How long an entry is kept after the last try, in milliseconds. */
const MEMORY = 400 * 86_400_000

/** Creates the ledger of a job. Its keys are hashes, so that a reader of the store learns no ids of users. */
export function createLedger(entries: Entries, name: string): Ledger {
  const keyOf = ({ userId, orgId = '' }: VaultUser) => entryKey('keep-alive', name, userId, orgId)
  return {
    async read(user) {
      const text = await entries.get(await keyOf(user))
      return text === undefined ? new Map() : parse(text)
    },
    async write(user, grants) {
      await entries.set(await keyOf(user), JSON.stringify([...grants]), Date.now() + MEMORY)
    },
  }
}

function parse(text: string): Map<string, KeptGrant> {
  try {
    return new Map(JSON.parse(text))
  } catch (error) {
    return unreadable(error)
  }
}
