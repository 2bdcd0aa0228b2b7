import {
  type CompletedConnect,
  completeConnect,
  type StartConnectOptions,
  startConnect,
  type Transaction,
  type TransactionStore,
} from '@connected-accounts/client'
import { callbackState } from '@connected-accounts/client/internal'
import type { Context } from '../context.js'
import type { StoreOptions } from '../cookies/cookie-jar.js'
import type { Session } from '../sessions/session.js'
import { changeAccounts } from '../tokens/account-change.js'
import { createConnectTransactions } from './connect-transactions.js'
import { withSessionClient } from './session-client.js'

/** Options of {@link ServerClient.startConnectAccount}: those of `startConnect` that do not come from the session. */
export interface StartConnectAccountOptions
  extends Omit<StartConnectOptions, 'redirectUri' | 'transactions' | 'user'> {
  /** An allowed callback URL of the application. Default: the `redirect_uri` of the server client. */
  redirectUri?: string | undefined
}

/**
 * Starts a connect flow. See {@link ServerClient.startConnectAccount}.
 *
 * @internal
 */
export function startConnectAccount(
  context: Context,
  options: StartConnectAccountOptions,
  storeOptions: StoreOptions,
): Promise<string> {
  return withSessionClient(context, storeOptions, async ({ client, session }) => {
    const { url } = await startConnect(client, {
      ...options,
      redirectUri: options.redirectUri ?? (await context.redirectUriOf(storeOptions)),
      transactions: await transactionsOf(context, storeOptions),
      user: userOf(session),
    })
    return url
  })
}

/**
 * Completes a connect flow. See {@link ServerClient.completeConnectAccount}.
 *
 * @internal
 */
export function completeConnectAccount(
  context: Context,
  callbackUrl: string | URL,
  storeOptions: StoreOptions,
): Promise<CompletedConnect> {
  return withSessionClient(context, storeOptions, async ({ client, session }) => {
    const transactions = await transactionsOf(context, storeOptions)
    const complete = () =>
      completeConnect(client, {
        callbackUrl,
        transactions,
        user: userOf(session),
      })
    const state = callbackState(callbackUrl)
    // Requests with the same callback take turns, so that the second one gets the account of the first.
    const completed = await changeAccounts(context, session, () =>
      state ? context.sessions.runAlone(state, complete, { timeout: context.timeout }) : complete(),
    )
    const connected = { user: session.user.sub, appState: completed.appState }
    // The account is connected, whether or not anybody else hears of it.
    for (const tell of context.afterConnect) await tell(connected).catch(() => undefined)
    return completed
  })
}

async function transactionsOf(
  context: Context,
  storeOptions: StoreOptions,
): Promise<TransactionStore> {
  const cookies = await context.transactions<Transaction>(storeOptions)
  return createConnectTransactions(cookies, context.flows)
}

/** Names who may complete a flow: the same user in the same session. */
function userOf({ id, user }: Session): string {
  return `${user.sub} ${id}`
}
