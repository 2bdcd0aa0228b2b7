import type { AccountLabel } from '@connected-accounts/client'
import { withSessionClient } from '../connect/session-client.js'
import type { Context } from '../context.js'
import type { StoreOptions } from '../cookies/cookie-jar.js'
import { type AccountChoice, checkChosen, exchangeAccount, findAccount } from './account-token.js'
import { canIdentify, labelOf, readProfile } from './profile.js'

/** Options of {@link ServerClient.identifyConnectedAccount}. */
export interface IdentifyConnectedAccountOptions {
  /**
   * Chooses the account if the user has several of its connection: the email address that the person has at the provider, or their
   * id there. Not needed for the only account.
   */
  loginHint?: string | undefined
}

/** See {@link ServerClient.identifyConnectedAccount}. */
export function identifyAccount(
  context: Context,
  choice: AccountChoice,
  storeOptions: StoreOptions,
): Promise<AccountLabel | undefined> {
  return withSessionClient(context, storeOptions, async (owner) => {
    const account = await findAccount(owner, choice.id)
    if (!canIdentify(context, account)) return undefined
    const token = await exchangeAccount(context, owner, { ...choice, ...account })
    const profile = await readProfile(context, token)
    if (!profile) return undefined
    checkChosen(profile, token)
    return labelOf(profile, token.accessToken)
  })
}
