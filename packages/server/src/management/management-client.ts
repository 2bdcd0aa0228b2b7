import { createAuthorizedFetch, type Fetch } from '@connected-accounts/client'
import { tenantOrigin } from '@connected-accounts/client/internal'
import createClient, { type Client } from 'openapi-fetch'
import { clientCredentials } from './client-credentials.js'
import type { paths } from './generated/management.js'

/** Options of {@link createManagementClient}: these, and `accessToken`, or `clientId` and `clientSecret`. */
export type ManagementClientOptions = {
  /** The tenant's own domain, like `tenant.eu.auth0.com`. The Management API has no custom domain. */
  domain: string
  /** Sends the requests. Default: the runtime's own `fetch`. */
  fetch?: Fetch | undefined
} & (
  | {
      /** A token for `https://{domain}/api/v2/`. */
      accessToken: string
    }
  | {
      /** An application with a client grant for the Management API. */
      clientId: string
      clientSecret: string
    }
)

/** A typed client for the operations of the Management API that belong to Connected Accounts. */
export type ManagementClient = Client<paths>

/**
 * Creates a client of the Management API. A call returns `{ data, error, response }` and does not throw if the API
 * refuses, so check `response.ok`. With `clientId` and `clientSecret` the client requests its own tokens and uses each
 * until it expires. A call throws a `TokenError` if the tenant refuses to issue one.
 *
 * @throws {TypeError} if an option is missing or wrong; the message names it.
 * @see https://auth0.com/docs/api/management/v2
 * @example
 * ```ts
 * const management = createManagementClient({
 *   domain: 'tenant.eu.auth0.com',
 *   clientId: 'your-machine-client',
 *   clientSecret: process.env.MANAGEMENT_SECRET ?? '',
 * })
 * const { data, response } = await management.GET('/users/{id}/connected-accounts', {
 *   params: { path: { id: 'auth0|alice' } },
 * })
 * if (response.ok) console.log(data?.connected_accounts)
 * ```
 */
export function createManagementClient(options: ManagementClientOptions): ManagementClient {
  const origin = tenantOrigin(options.domain)
  const audience = `${origin}/api/v2/`
  const accessToken =
    'accessToken' in options ? options.accessToken : clientCredentials(origin, options)
  if (!accessToken) throw new TypeError('accessToken is missing.')
  const fetch = createAuthorizedFetch({
    accessToken,
    audience,
    scope: '',
    allowedOrigins: [origin],
    fetch: options.fetch,
  })
  return createClient<paths>({ baseUrl: `${origin}/api/v2`, fetch })
}
