import type { Tenant } from '../tenant/tenant.js'
import type { Person } from '../tenant/users.js'
import type { ConnectedAccount } from '../vault/connected-accounts.js'

/** The version of the form of a snapshot. It increases when a new form cannot be read by an older emulator. */
export const SNAPSHOT_VERSION = 1

/**
 * What a tenant holds, as JSON. It has the passwords and secrets of the tenant's configuration, but no token: the emulator issues the
 * third parties' tokens again when it starts with the snapshot.
 */
export interface Snapshot {
  version: typeof SNAPSHOT_VERSION
  /** The configuration with all changes so far, in the form of the option `tenant` and of a file for `--config`. */
  tenant: Tenant
  /** The users who exist because they logged in with a connection. */
  connection_users: Person[]
  /** The connected accounts of all users, in the order in which they were first connected. */
  connected_accounts: SavedAccount[]
}

/** A connected account in a snapshot. */
export interface SavedAccount
  extends Pick<ConnectedAccount, 'id' | 'connection' | 'scopes' | 'created_at' | 'org_id'> {
  /** The ID of the user who owns the account. */
  user_id: string
  /** The email address of the account at the third party. */
  email: string
  /** The user's ID at the third party. Without it, the third party has sent none. */
  idp_user_id?: string
  /** Whether Token Vault has a refresh token that the third party accepts. Without one, an exchange is refused. */
  refresh_token: boolean
  /** The account with the highest number was connected last. An exchange without a `login_hint` uses that one. */
  connected_order: number
  /** When the account was connected or its token was exchanged last. */
  used_at: string
}
