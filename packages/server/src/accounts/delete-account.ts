import { deleteConnectedAccount } from '@connected-accounts/client'
import { withSessionClient } from '../connect/session-client.js'
import type { Context } from '../context.js'
import type { StoreOptions } from '../cookies/cookie-jar.js'
import { changeAccounts } from '../tokens/account-change.js'
import type { AccountChoice } from './account-token.js'
import { type Revocation, revokeGrant } from './revoke.js'

/** Options of {@link ServerClient.deleteConnectedAccount}. */
export interface DeleteConnectedAccountOptions {
  /** True to revoke the grant at the provider first, if the provider allows it. Default: false. */
  revoke?: boolean | undefined
  /**
   * Chooses the token to revoke if the user has several accounts of the connection: the `loginHint` of the account's label. Without
   * it, nothing is revoked in this case.
   */
  loginHint?: string | undefined
}

/** The result of {@link ServerClient.deleteConnectedAccount}: the account is deleted, and its grant is revoked or not. */
export type DeletedAccount = { deleted: true } & Revocation

/** See {@link ServerClient.deleteConnectedAccount}. */
export function deleteAccount(
  context: Context,
  { revoke = false, ...choice }: AccountChoice & DeleteConnectedAccountOptions,
  storeOptions: StoreOptions,
): Promise<DeletedAccount> {
  return withSessionClient(context, storeOptions, ({ client, session }) =>
    changeAccounts(context, session, async () => {
      const revocation = revoke
        ? await revokeGrant(context, { client, session }, choice)
        : ({ revoked: false, reason: 'not_requested' } as const) // a literal type
      await deleteConnectedAccount(client, choice.id)
      return { deleted: true, ...revocation }
    }),
  )
}
