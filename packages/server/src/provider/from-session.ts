import type { StoreOptions } from '../cookies/cookie-jar.js'
import type { ServerClient } from '../server-client.js'
import type { ConnectionTokenSource } from '../tokens/connection-token-source.js'

/**
 * Returns the tokens of the user who is logged in, for {@link createProviderFetch}. The server client caches them beside the session.
 *
 * @param storeOptions - The request that you are answering, and the answer. The calls throw `SessionError` `missing_session` if nobody is
 * logged in.
 * @example
 * ```ts
 * const calendar = createProviderFetch({
 *   exchange: fromSession(server, { request, response }),
 *   connection: 'google-oauth2',
 *   allowedOrigins: ['https://www.googleapis.com'],
 * })
 * ```
 */
export function fromSession(
  server: Pick<ServerClient, 'getAccessTokenForConnection' | 'listConnectedAccounts'>,
  storeOptions: StoreOptions,
): ConnectionTokenSource {
  return {
    getToken: ({ connection, loginHint, rejectedToken }) =>
      server.getAccessTokenForConnection({ connection, loginHint, rejectedToken }, storeOptions),
    async listAccounts(connection) {
      const { accounts } = await server.listConnectedAccounts({ connection }, storeOptions)
      return accounts
    },
  }
}
