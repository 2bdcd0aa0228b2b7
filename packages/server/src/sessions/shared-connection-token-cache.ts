import type { ConnectionToken } from '@connected-accounts/client/token-vault'
import { createSeal } from '../cookies/seal.js'
import { type Entries, entryKey, unreadable } from '../store/shared-store.js'
import {
  type ConnectionTokens,
  connectionTokenUsableUntil,
  MAX_LIFE,
  type TokenOwner,
} from './connection-token-cache.js'

const PURPOSE = 'connection token'
/**
 * How long a generation is kept, in milliseconds. When it is forgotten, no token from before it may be left, nor one of an
 * exchange that was under way then.
 */
const GENERATION_LIFE = 2 * MAX_LIFE

/**
 * Creates a cache in the store of the sessions, sealed as these are. Each token is kept until it expires or its session ends, and
 * for a day at most. The keys contain the generation of the user's tokens, which `clear` changes. So a token of an exchange that
 * was started before is never found, at any machine.
 */
export function sharedConnectionTokens(entries: Entries): ConnectionTokens {
  const pending = new Map<string, Promise<ConnectionToken>>()
  // Neither domain nor client: accounts belong to the user, whichever of these the user logged in to.
  const generationKey = ({ user }: TokenOwner) => entryKey('generation', user.sub)

  async function keptOrExchanged(
    { id, expiresAt, name, rejectedToken }: Entry,
    exchange: () => Promise<ConnectionToken>,
  ): Promise<ConnectionToken> {
    try {
      const sealed = await entries.get(name)
      const opened = sealed === undefined ? sealed : await createSeal(id).open(sealed, PURPOSE)
      const kept = opened as ConnectionToken | undefined // only this function seals for this purpose
      if (sealed !== undefined && !kept) unreadable()
      const isRejected = kept?.accessToken === rejectedToken
      if (kept && connectionTokenUsableUntil(kept) > Date.now() && !isRejected) return kept
      const token = await exchange()
      const until = Math.min(connectionTokenUsableUntil(token), expiresAt, Date.now() + MAX_LIFE)
      if (until > Date.now()) {
        await entries.set(name, await createSeal(id).close(token, PURPOSE), until)
      }
      return token
    } finally {
      pending.delete(pendingKey(name, rejectedToken))
    }
  }
  return {
    async get(session, { key, rejectedToken }, exchange) {
      const { id, expiresAt } = session
      const generation = (await entries.get(await generationKey(session))) ?? ''
      const name = await entryKey(PURPOSE, id, generation, key)
      const one = pendingKey(name, rejectedToken)
      const shared =
        pending.get(one) ?? keptOrExchanged({ id, expiresAt, name, rejectedToken }, exchange)
      pending.set(one, shared)
      return shared
    },
    async clear(session) {
      const until = Date.now() + GENERATION_LIFE
      await entries.set(await generationKey(session), crypto.randomUUID(), until)
    },
  }
}

/** An entry of the store that is looked for. */
interface Entry {
  /** The session that the token belongs to, and when that ends. */
  id: string
  expiresAt: number
  name: string
  rejectedToken: string | undefined
}

/** Calls whose token was rejected do not share the result of those that may still read it from the store. */
function pendingKey(name: string, rejectedToken = ''): string {
  return `${name} ${rejectedToken}`
}
