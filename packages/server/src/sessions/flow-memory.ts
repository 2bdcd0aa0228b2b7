import { LRUCache } from 'lru-cache'
import { createSeal } from '../cookies/seal.js'
import { type Entries, entryKey, unreadable } from '../store/shared-store.js'

/**
 * Remembers for a while what flows have come to, because the answer that would tell the browser may be lost. A flow is found by
 * a secret of at least 32 bytes, which is in the sealed cookie of its browser.
 */
export interface FlowMemory {
  /** True if it knows every attempt to complete a flow, whichever machine made it. */
  isComplete: boolean
  /** Returns what is remembered of a flow. Undefined if there is nothing. */
  get(secret: string): Promise<unknown>
  /**
   * Remembers a value, any JSON.
   *
   * @param until - When to forget it, in milliseconds since the epoch.
   */
  set(secret: string, value: unknown, until: number): Promise<void>
  delete(secret: string): Promise<void>
}

const PURPOSE = 'flow'
const MAX_FLOWS = 1000

/** Creates a memory of this process, for the 1000 flows that were completed last. */
export function createFlowMemory(): FlowMemory {
  const flows = new LRUCache<string, { value: unknown }>({ max: MAX_FLOWS })
  return {
    isComplete: false,
    get: async (secret) => flows.get(secret)?.value,
    async set(secret, value, until) {
      flows.set(secret, { value }, { ttl: Math.max(1, until - Date.now()) })
    },
    async delete(secret) {
      flows.delete(secret)
    },
  }
}

/**
 * Creates a memory in the store of the sessions. Its entries are sealed with a key that is derived from the flow's secret, which
 * is not in the store.
 */
export function sharedFlowMemory(
  entries: Entries,
  { isComplete }: Pick<FlowMemory, 'isComplete'>,
): FlowMemory {
  const keyOf = (secret: string) => entryKey(PURPOSE, secret)
  return {
    isComplete,
    async get(secret) {
      const sealed = await entries.get(await keyOf(secret))
      if (sealed === undefined) return undefined
      return (await createSeal(secret).open(sealed, PURPOSE)) ?? unreadable()
    },
    async set(secret, value, until) {
      await entries.set(await keyOf(secret), await createSeal(secret).close(value, PURPOSE), until)
    },
    delete: async (secret) => entries.delete(await keyOf(secret)),
  }
}
