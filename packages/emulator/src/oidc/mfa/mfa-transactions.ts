import { createExpiringMap } from '../../memory/expiring-map.js'
import { randomString } from '../../memory/random.js'
import { OAuthError } from '../../oauth/oauth-error.js'
import type { Parameters } from '../../oauth/token-request.js'

/** A refresh that waits for a second factor. */
export interface MfaTransaction {
  clientId: string
  userId: string
  /** The refresh token of the request. */
  refreshToken: string
  /** The parameters `audience` and `scope` of the request. */
  parameters: Parameters
}

/** The refreshes that wait for a second factor, by their `mfa_token`. */
export interface MfaTransactions {
  /** Returns a new `mfa_token`, which is valid for ten minutes. */
  add(transaction: MfaTransaction): string
  /**
   * Returns the transaction of a token. Throws Auth0's error if the token is unknown or has expired, or belongs to another client.
   * Without a `clientId`, it does not check the client.
   */
  get(mfaToken: string, clientId?: string): MfaTransaction
  delete(mfaToken: string): void
  clear(): void
}

const LIFETIME = 600_000

/** How long an expired token is still recognized as one, in milliseconds. */
const REMEMBERED = 86_400_000

/** Creates an empty store. */
export function createMfaTransactions(now: () => number): MfaTransactions {
  const transactions = createExpiringMap<MfaTransaction & { expiresAt: number }>(now)
  return {
    add(transaction) {
      const token = randomString(64)
      const expiresAt = now() + LIFETIME
      transactions.set(token, { ...transaction, expiresAt }, expiresAt + REMEMBERED)
      return token
    },
    get(token, clientId) {
      const found = transactions.get(token)
      if (!found || (clientId !== undefined && found.clientId !== clientId)) {
        throw new OAuthError(403, 'invalid_grant', 'Malformed mfa_token')
      }
      if (found.expiresAt <= now()) {
        throw new OAuthError(401, 'expired_token', 'mfa_token is expired')
      }
      return found
    },
    delete: transactions.delete,
    clear: transactions.clear,
  }
}
