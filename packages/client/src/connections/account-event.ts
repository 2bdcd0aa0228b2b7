/** What has happened to the connected account of a user, as Auth0's tenant log says it. */
export interface AccountEvent {
  /** The `log_id` of the line in the tenant log. */
  id: string
  /**
   * - `connected` and `disconnected`: an account was connected or deleted.
   * - `exchanged`: Token Vault has issued a token of the provider.
   * - `exchange_failed`: Token Vault has refused one. `reason` says what that means for the account.
   * - `connect_failed` and `disconnect_failed`: nothing has changed.
   */
  type:
    | 'connected'
    | 'connect_failed'
    | 'disconnected'
    | 'disconnect_failed'
    | 'exchanged'
    | 'exchange_failed'
  /** The user's id, like `user.sub`. */
  user: string
  /** The name of the connection, if the line has it. */
  connection?: string
  /** The id of the connected account, if the line has it. Those of exchanges have none. */
  accountId?: string
  /** When it happened, in milliseconds since the epoch. */
  at: number
  /**
   * Why an exchange failed. `not_connected`: Token Vault has no usable grant, because the account is not connected, or the grant
   * has expired or was revoked. `missing_scopes`: the grant lacks a scope. `other`: the line says nothing about the grant.
   */
  reason?: 'not_connected' | 'missing_scopes' | 'other'
}

/** What a page is told: an event, or `resync` if events may have been missed, after which every list is fetched again. */
export type AccountUpdate = AccountEvent | { type: 'resync' }
