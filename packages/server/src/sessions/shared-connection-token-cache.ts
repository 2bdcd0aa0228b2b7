import type { ConnectionToken } from '@connected-accounts/client/token-vault'
import { createSeal } from '../cookies/seal.js'
import { type ConnectionTokens, connectionTokenUsableUntil } from './connection-token-cache.js'
import { type Entries, entryKey, unreadable } from './shared-store.js'

const PURPOSE = 'connection token'

/**
 * Creates a cache in the store of the sessions, sealed as these are. Each token is kept until it expires. The keys contain the
 * session's generation, which `clear` changes. So a token of an exchange that was started before is never found.
 */
export function sharedConnectionTokens(entries: Entries): ConnectionTokens {
  const pending = new Map<string, Promise<ConnectionToken>>()
  const generationKey = (id: string) => entryKey('generation', id)

  async function keptOrExchanged(
    { id, name }: { id: string; name: string },
    exchange: () => Promise<ConnectionToken>,
  ): Promise<ConnectionToken> {
    try {
      const sealed = await entries.get(name)
      const opened = sealed === undefined ? sealed : await createSeal(id).open(sealed, PURPOSE)
      const kept = opened as ConnectionToken | undefined // only this function seals for this purpose
      if (sealed !== undefined && !kept) unreadable()
      if (kept && connectionTokenUsableUntil(kept) > Date.now()) return kept
      const token = await exchange()
      if (connectionTokenUsableUntil(token) > Date.now()) {
        await entries.set(
          name,
          await createSeal(id).close(token, PURPOSE),
          connectionTokenUsableUntil(token),
        )
      }
      return token
    } finally {
      pending.delete(name)
    }
  }
  return {
    async get({ id }, key, exchange) {
      const generation = (await entries.get(await generationKey(id))) ?? ''
      const name = await entryKey(PURPOSE, id, generation, key)
      const shared = pending.get(name) ?? keptOrExchanged({ id, name }, exchange)
      pending.set(name, shared)
      return shared
    },
    async clear({ id, expiresAt }) {
      await entries.set(await generationKey(id), crypto.randomUUID(), expiresAt)
    },
  }
}
