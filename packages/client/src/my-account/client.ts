import createClient, { type Client } from 'openapi-fetch'
import type { AccessTokenSource } from '../authorization/access-token.js'
import { authorizedFetch, checkAuthorization } from '../authorization/authorized-fetch.js'
import type { Dpop } from '../authorization/dpop.js'
import type { paths } from '../contract/generated/my-account.js'
import { type Fetch, runtimeFetch } from '../http/fetch.js'
import { type Authorize, retryGet } from '../http/retry.js'
import { tenantOrigin } from '../http/url.js'
import { scopeFor } from './scopes.js'

/** Options of {@link createConnectedAccountsClient}. */
export type ConnectedAccountsClientOptions = TenantOptions | BackendOptions

interface SendOptions {
  /** Sends the requests; by default the runtime's own `fetch`. */
  fetch?: Fetch | undefined
  /**
   * How often a GET is sent again after a 429 or a network failure; by default never. It waits as long as `retry-after`
   * says, up to a minute, else half a second, doubled each time. POST and DELETE are never sent again.
   */
  retry?: { limit: number } | undefined
}

interface TenantOptions extends SendOptions {
  /** The tenant's domain, its own or a custom one: `tenant.eu.auth0.com`, or `http://localhost:4400`. */
  domain: string
  /** Where access tokens for `https://{domain}/me/` come from. */
  accessToken: AccessTokenSource
  /** Makes the proofs where the tokens are DPoP-bound. */
  dpop?: Dpop | undefined
  baseUrl?: never
}

interface BackendOptions extends SendOptions {
  /** Stands for `https://{domain}/me/v1`: your own backend, which holds the tokens. */
  baseUrl: string
  domain?: never
  accessToken?: never
  dpop?: never
}

/**
 * A typed client for the five operations; the functions of this package take it as their first argument. It is at the same
 * time the options of openapi-fetch's `createClient<paths>`, which has middleware and serializers.
 */
export type ConnectedAccountsClient = Client<paths> & {
  /** Base of every request, without a trailing slash. */
  readonly baseUrl: string
  /** Authorizes a request and sends it. A tenant's client refuses what is not below `baseUrl`, with a TypeError. */
  readonly fetch: Fetch
}

/**
 * Makes a client of the My Account API's Connected Accounts. `client.GET`, `client.POST` and `client.DELETE` answer
 * `{ data, error, response }`: look at `response.ok`, as the `error` of an empty body is empty, too.
 * Throws a TypeError that names the option where one is wrong or missing.
 *
 * @see https://auth0.com/docs/manage-users/my-account-api
 */
export function createConnectedAccountsClient(
  options: ConnectedAccountsClientOptions,
): ConnectedAccountsClient {
  const { fetch: send = runtimeFetch, retry: { limit } = { limit: 0 } } = options
  if (typeof send !== 'function') throw new TypeError('fetch must be a function.')
  if (!Number.isInteger(limit) || limit < 0) {
    throw new TypeError('retry.limit must be a whole number, 0 or more.')
  }
  const { baseUrl, authorize } =
    options.baseUrl === undefined
      ? tenant(options)
      : { baseUrl: checkedBaseUrl(options), authorize: unauthorized }
  const fetch = retryGet(limit, send, authorize)
  return {
    ...createClient<paths>({ baseUrl, fetch, redirect: 'manual' }),
    baseUrl,
    // A copy, so that the caller's own request, which middleware may log, never has a token.
    fetch: async (request) => fetch(new Request(request, { redirect: 'manual' })),
  }
}

const unauthorized: Authorize = (request, send) => send(request)

function tenant({ domain, accessToken, dpop }: TenantOptions) {
  const origin = tenantOrigin(domain)
  const authorization = { accessToken, audience: `${origin}/me/`, dpop }
  checkAuthorization(authorization)
  const baseUrl = `${origin}/me/v1`
  const authorize: Authorize = async (request, send) => {
    const { method, url } = request
    const scope = scopeFor(method)
    if (!scope || !url.startsWith(`${baseUrl}/`)) {
      throw new TypeError(`${baseUrl} has no ${method} ${url}: it gets no access token.`)
    }
    return authorizedFetch(request, { ...authorization, scope }, send)
  }
  return { baseUrl, authorize }
}

function checkedBaseUrl({ baseUrl, ...rest }: BackendOptions): string {
  const forbidden = (['domain', 'accessToken', 'dpop'] as const).find(
    (name) => rest[name] !== undefined,
  )
  if (forbidden) {
    throw new TypeError(`${forbidden} cannot be used with baseUrl: the backend holds the tokens.`)
  }
  if (typeof baseUrl !== 'string' || !/^(https?:\/\/[^/]|\/(?!\/))/.test(baseUrl)) {
    throw new TypeError("baseUrl must be a URL or a path, like '/api/me/v1'.")
  }
  return baseUrl.replace(/\/+$/, '')
}
