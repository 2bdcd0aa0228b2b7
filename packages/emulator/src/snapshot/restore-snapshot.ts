import type { SeedParts } from '../vault/seed.js'
import { issueTokens } from '../vault/seed.js'
import type { ReadSnapshot } from './read-snapshot.js'

/** Adds the users and the connected accounts of a snapshot to a tenant that runs with the snapshot's configuration. */
export function restoreSnapshot(
  { context, accounts, upstream }: SeedParts,
  { connection_users, connected_accounts }: ReadSnapshot,
): void {
  const { now, users } = context
  users.restore(structuredClone(connection_users))
  accounts.restore(
    connected_accounts.flatMap(({ saved, account }) => {
      const { user_id, email, idp_user_id, refresh_token: offline, ...rest } = saved
      const { connected_order: connectedOrder, used_at, scopes, ...item } = rest
      const provider = upstream.provider(item.connection)
      if (!provider) return [] // cannot be: `readSnapshot` refuses such an account
      const tokens = issueTokens(provider, { account, scopes, offline }, now)
      const grant = {
        ...(idp_user_id !== undefined && { subject: idp_user_id }),
        ...{ email, scopes: [...scopes], tokens },
      }
      return {
        item: { ...item, access_type: 'offline' as const, scopes: [...scopes] }, // the contract's only value
        userId: user_id,
        grant,
        connectedOrder,
        usedAt: Date.parse(used_at),
      }
    }),
  )
}
