import type { ConnectionToken } from '@connected-accounts/client/token-vault'
import { createSeal } from '../cookies/seal.js'
import { type ConnectionTokens, usableUntil } from './connection-token-cache.js'
import { type Entries, entryKey, unreadable } from './shared-store.js'

const PURPOSE = 'connection token'

/**
 * Third parties' tokens beside the sessions, sealed like these, each until it expires. The keys have the session's
 * generation in them, which `clear` changes: what an exchange from before brings later is never found.
 */
export function sharedConnectionTokens(entries: Entries): ConnectionTokens {
  const underWay = new Map<string, Promise<ConnectionToken>>()
  const generationKey = (id: string) => entryKey('generation', id)

  async function keptOrExchanged(
    { id, name }: { id: string; name: string },
    exchange: () => Promise<ConnectionToken>,
  ): Promise<ConnectionToken> {
    try {
      const sealed = await entries.get(name)
      const opened = sealed === undefined ? sealed : await createSeal(id).open(sealed, PURPOSE)
      const kept = opened as ConnectionToken | undefined // only what is below seals for this
      if (sealed !== undefined && !kept) unreadable()
      if (kept && usableUntil(kept) > Date.now()) return kept
      const token = await exchange()
      if (usableUntil(token) > Date.now()) {
        await entries.set(name, await createSeal(id).close(token, PURPOSE), usableUntil(token))
      }
      return token
    } finally {
      underWay.delete(name)
    }
  }
  return {
    async get({ id }, key, exchange) {
      const generation = (await entries.get(await generationKey(id))) ?? ''
      const name = await entryKey(PURPOSE, id, generation, key)
      const shared = underWay.get(name) ?? keptOrExchanged({ id, name }, exchange)
      underWay.set(name, shared)
      return shared
    },
    async clear({ id, expiresAt }) {
      await entries.set(await generationKey(id), crypto.randomUUID(), expiresAt)
    },
  }
}
