import type { ConnectedAccount, ConnectedAccounts } from './connected-accounts.js'
import { accountOf } from './upstream/accounts.js'
import { PROVIDER_TOKEN_LIFETIME } from './upstream/grants.js'
import type { Upstream } from './upstream.js'

/** Whose accounts to connect without a browser. */
export interface SeedRequest {
  userId: string
  connection: string
  /** How many; each is another account at the provider. */
  count: number
  now: number
}

/**
 * Connects accounts as if the user had allowed each with the connection's own scopes. Their tokens are real ones of the
 * third party. Throws `TypeError` if the tenant has no such connection.
 */
export async function seedAccounts(
  { accounts, upstream }: { accounts: ConnectedAccounts; upstream: Upstream },
  { userId, connection, count, now }: SeedRequest,
): Promise<ConnectedAccount[]> {
  const provider = upstream.provider(connection)
  if (!provider) throw new TypeError(`The tenant has no connection ${connection}`)
  const { grants, isGoogle, scopeSeparator } = provider
  const scopes = provider.connection.scopes.filter(
    (scope) => !isGoogle || scope !== 'offline_access',
  )
  const first = accounts.list(userId).length + 1
  const seeded: ConnectedAccount[] = []
  for (let number = first; number < first + count; number += 1) {
    const account = await accountOf(connection, `seed.${number}@${connection}.example`)
    const grant = { account, scopes, offline: true }
    const tokens = {
      accessToken: grants.issueAccess(grant, scopes),
      refreshToken: grants.issueRefresh(grant),
      expiresAt: now + PROVIDER_TOKEN_LIFETIME * 1000,
      scope: scopes.join(scopeSeparator),
    }
    const { sub: subject, email } = account
    seeded.push(accounts.connect(userId, connection, { subject, email, scopes, tokens }).item)
  }
  return seeded
}
