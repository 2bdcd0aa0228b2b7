import {
  type CompletedConnect,
  type ConnectedAccountsClient,
  completeConnect,
  createConnectedAccountsClient,
  type StartConnectOptions,
  startConnect,
  type Transaction,
} from '@connected-accounts/client'
import type { Context } from '../context.js'
import type { StoreOptions } from '../cookies/cookie-jar.js'
import type { Session } from '../sessions/session.js'
import { getAccessToken } from '../tokens/access-token.js'

/** Options of {@link ServerClient.startConnectAccount}: those of `startConnect` that the session does not have. */
export interface StartConnectAccountOptions
  extends Omit<StartConnectOptions, 'redirectUri' | 'transactions' | 'user'> {
  /** Where the browser comes back to; by default the `redirect_uri` of the login. */
  redirectUri?: string | undefined
}

/** See {@link ServerClient.startConnectAccount}. */
export async function startConnectAccount(
  context: Context,
  options: StartConnectAccountOptions,
  storeOptions: StoreOptions,
): Promise<string> {
  const { session, client } = await sessionClient(context, storeOptions)
  const { redirect_uri } = context.options.authorizationParams
  const { url } = await startConnect(client, {
    ...options,
    redirectUri: options.redirectUri ?? redirect_uri,
    transactions: context.transactions<Transaction>(storeOptions),
    user: userOf(session),
  })
  return url
}

/** See {@link ServerClient.completeConnectAccount}. */
export async function completeConnectAccount(
  context: Context,
  callbackUrl: string | URL,
  storeOptions: StoreOptions,
): Promise<CompletedConnect> {
  const { session, client } = await sessionClient(context, storeOptions)
  const completed = await completeConnect(client, {
    callbackUrl,
    transactions: context.transactions<Transaction>(storeOptions),
    user: userOf(session),
  })
  await context.connectionTokens.clear(session)
  return completed
}

/** The session, and a client of the My Account API with its tokens and the proofs of the key. */
export async function sessionClient(
  context: Context,
  storeOptions: StoreOptions,
): Promise<{ session: Session; client: ConnectedAccountsClient }> {
  const session = await context.needSession(storeOptions)
  const { domain } = session
  const { dpop } = await context.tenantAt(domain)
  const client = createConnectedAccountsClient({
    domain,
    accessToken: (request) => getAccessToken(context, request, storeOptions),
    dpop,
    fetch: context.options.fetch,
  })
  return { session, client }
}

/** Who may complete a flow: the same user in the same session. */
function userOf({ id, user }: Session): string {
  return `${user.sub} ${id}`
}
