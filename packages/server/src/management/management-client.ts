import { createAuthorizedFetch, type Fetch } from '@connected-accounts/client'
import { tenantOrigin } from '@connected-accounts/client/internal'
import createClient, { type Client } from 'openapi-fetch'
import { clientCredentials } from './client-credentials.js'
import type { paths } from './generated/management.js'

/** Options of {@link createManagementClient}: these, and `accessToken`, or `clientId` and `clientSecret`. */
export type ManagementClientOptions = {
  /** The tenant's own domain, like `tenant.eu.auth0.com`: the Management API has no custom one. */
  domain: string
  /** Sends the requests; by default the runtime's own `fetch`. */
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

/** A typed client for the operations of the Management API that have to do with Connected Accounts. */
export type ManagementClient = Client<paths>

/**
 * Makes a client of the Management API: it answers `{ data, error, response }`, so look at `response.ok`. With a client's
 * credentials it gets its own tokens, each for as long as it lives. Throws a TypeError that names a wrong option, and where a
 * request is sent `TokenError` with what the token endpoint answered.
 *
 * @see https://auth0.com/docs/api/management/v2
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
