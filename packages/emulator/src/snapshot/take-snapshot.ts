import { writtenTenant } from '../context/running-tenant.js'
import type { SeedParts } from '../vault/seed.js'
import { type SavedAccount, SNAPSHOT_VERSION, type Snapshot } from './snapshot.js'

/**
 * Returns what the tenant holds now. It leaves out accounts whose user or connection the tenant no longer has, because nobody can
 * reach them.
 */
export function takeSnapshot({ context, accounts, upstream }: SeedParts): Snapshot {
  const { tenant, url, users } = context
  const connected_accounts = accounts.all().flatMap((entry): SavedAccount[] => {
    const { item, userId, grant, connectedOrder, usedAt } = entry
    const provider = upstream.provider(item.connection)
    if (!provider || !users.find(userId)) return []
    const { access_type: _, ...account } = item
    const { refreshToken } = grant.tokens
    return [
      {
        user_id: userId,
        ...account,
        email: grant.email ?? '',
        ...(grant.subject !== undefined && { idp_user_id: grant.subject }),
        refresh_token:
          refreshToken !== undefined && provider.grants.findRefresh(refreshToken) !== undefined,
        connected_order: connectedOrder,
        used_at: new Date(usedAt).toISOString(),
      },
    ]
  })
  const isOfTenant = (id: string) => tenant.users.some(({ user_id }) => user_id === id)
  return structuredClone({
    version: SNAPSHOT_VERSION,
    tenant: writtenTenant(tenant, url),
    connection_users: users.list().filter(({ user_id }) => !isOfTenant(user_id)),
    connected_accounts,
  })
}
