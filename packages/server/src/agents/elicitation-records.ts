import { LRUCache } from 'lru-cache'
import { createSeal } from '../cookies/seal.js'
import { createEntries, entryKey, type SharedStore } from '../store/shared-store.js'

/** What is remembered of an elicitation. @internal */
export interface ElicitationRecord {
  /** The user's `sub`. Nobody else may use it. */
  user: string
  connection: string
  scopes: string[]
  accountId: string | undefined
  message: string
  /** In milliseconds since the epoch. */
  expiresAt: number
  isComplete: boolean
}

/** Keeps elicitations until they expire. @internal */
export interface ElicitationRecords {
  get(id: string): Promise<ElicitationRecord | undefined>
  set(id: string, record: ElicitationRecord): Promise<void>
}

/** 32 random bytes. Anyone can send any id. */
const ID = /^[\w-]{43}$/
const PURPOSE = 'elicitation'
const MAX_IN_MEMORY = 10_000

/** Keeps elicitations in the memory of this process, the 10,000 newest of them. @internal */
export function memoryRecords(): ElicitationRecords {
  const records = new LRUCache<string, ElicitationRecord>({ max: MAX_IN_MEMORY })
  return {
    async get(id) {
      return unlessExpired(records.peek(id))
    },
    async set(id, record) {
      records.set(id, record)
    },
  }
}

/** Keeps elicitations in a store, sealed with a key from their id. @internal */
export function sharedRecords(store: SharedStore, timeout: number): ElicitationRecords {
  const entries = createEntries(store, timeout)
  return {
    async get(id) {
      if (!ID.test(id)) return undefined
      const sealed = await entries.get(await entryKey(PURPOSE, id))
      const opened = sealed && (await createSeal(id).open(sealed, PURPOSE))
      return unlessExpired((opened || undefined) as ElicitationRecord | undefined) // only `set` seals for this purpose
    },
    async set(id, record) {
      const sealed = await createSeal(id).close(record, PURPOSE)
      await entries.set(await entryKey(PURPOSE, id), sealed, record.expiresAt)
    },
  }
}

function unlessExpired(record: ElicitationRecord | undefined): ElicitationRecord | undefined {
  return record && record.expiresAt > Date.now() ? record : undefined
}
