import createClient, { type Client } from 'openapi-fetch'
import type { AccessTokenSource } from '../authorization/access-token.js'
import { authorizeRequest, checkAuthorization } from '../authorization/authorized-fetch.js'
import type { Dpop } from '../authorization/dpop.js'
import type { paths } from '../contract/generated/my-account.js'
import { type ClientCrypto, checkCrypto } from '../crypto.js'
import { checkTimeout, DEFAULT_TIMEOUT, unlessAborted, withAbortController } from '../http/abort.js'
import { createSender, type Fetch, markSent, withoutRedirects } from '../http/fetch.js'
import { retryGet } from '../http/retry.js'
import { parseUrl, tenantOrigin } from '../http/url.js'
import { SCOPES } from './scopes.js'

/** Options of {@link createConnectedAccountsClient}. */
export type ConnectedAccountsClientOptions = TenantOptions | BackendOptions

interface SendOptions {
  /** Sends the authorized requests: a function that takes one `Request`. The runtime's `fetch` by default. */
  fetch?: Fetch | undefined
  /** SHA-256 and random bytes for `startConnect`, if the platform has no Web Crypto, as React Native. Default: Web Crypto. */
  crypto?: ClientCrypto | undefined
  /**
   * How often a GET is sent again after a 429 or a network failure; 0 by default. The client waits as long as `retry-after`
   * says, up to a minute, or else half a second, doubled each time. POST and DELETE are never sent again.
   */
  retry?: { limit: number } | undefined
  /**
   * How long one call may take, in milliseconds, with everything that it waits for: the access token, the proof, the answer and,
   * in `startConnect` and `completeConnect`, the store and other tabs. Default: 30,000. Then it rejects with a DOMException
   * `TimeoutError`. A retry has the same time again. A call with `parseAs: 'stream'` has no limit.
   */
  timeout?: number | undefined
}

interface TenantOptions extends SendOptions {
  /** The tenant's domain, its own or a custom one: `tenant.eu.auth0.com`, or `http://localhost:4400`. */
  domain: string
  /** Where access tokens for `https://{domain}/me/` come from: a function that returns one, or a Bearer token itself. */
  accessToken: AccessTokenSource
  /** Makes the proofs of DPoP-bound tokens. Without it, tokens are Bearer. */
  dpop?: Dpop | undefined
  baseUrl?: never
}

interface BackendOptions extends SendOptions {
  /** Your own backend, which holds the tokens. It takes the place of `https://{domain}/me/v1`. */
  baseUrl: string
  domain?: never
  accessToken?: never
  dpop?: never
}

/** openapi-fetch's typed client for the five operations. The functions of this package take it as their first argument. */
export type ConnectedAccountsClient = Client<paths> & {
  /** The base of every request, without a trailing slash. */
  readonly baseUrl: string
  /** How long one call may take, in milliseconds. */
  readonly timeout: number
  /** What makes the secrets of connect flows. Undefined for Web Crypto. */
  readonly crypto?: ClientCrypto | undefined
}

/**
 * Creates a client of the My Account API's Connected Accounts. It is openapi-fetch's client: `GET`, `POST` and `DELETE` return
 * `{ data, error, response }`, and `use` adds middleware. Branch on `response.ok`, because `error` is empty if the body is.
 *
 * Middleware runs before a request is authorized: it never sees a token, and sees only the final answer. The `fetch` of
 * a call sends what was authorized. A token goes to `https://{domain}/me/v1` only, and never along a redirect.
 *
 * @throws {TypeError} if an option is wrong or missing; the message names it.
 * @see https://auth0.com/docs/manage-users/my-account-api
 *
 * @example
 * ```ts
 * import { createConnectedAccountsClient } from '@connected-accounts/client'
 *
 * const client = createConnectedAccountsClient({
 *   domain: 'tenant.eu.auth0.com',
 *   accessToken: 'the-access-token',
 * })
 * // The methods return errors; the functions of this package throw them.
 * const { data, response } = await client.GET('/connected-accounts/accounts')
 * if (response.ok) console.log(data?.accounts)
 * ```
 */
export function createConnectedAccountsClient(
  options: ConnectedAccountsClientOptions,
): ConnectedAccountsClient {
  const { retry = { limit: 0 }, timeout = DEFAULT_TIMEOUT, crypto } = options
  const limit = retry?.limit
  if (!Number.isInteger(limit) || limit < 0) {
    throw new TypeError('retry.limit must be a whole number, 0 or more.')
  }
  checkCrypto(crypto)
  const { baseUrl, authorizedSend } =
    options.baseUrl === undefined ? tenant(options) : backend(options)
  const send = createSender(options.fetch)
  const fetchBeneath: FetchBeneath = (callFetch, onPause) =>
    createFetch({
      send: callFetch ? createSender(callFetch) : send,
      limit,
      authorizedSend,
      onPause,
    })
  const api = createClient<paths>({ baseUrl })
  return {
    ...withOwnFetch(api, { fetchBeneath, timeout: checkTimeout(timeout) }),
    baseUrl,
    timeout,
    crypto,
  }
}

/** Makes the `fetch` of a call, which authorizes its requests and sends them with the call's own `fetch` or the client's. */
type FetchBeneath = (fetch: Fetch | undefined, onPause: (pause: number) => void) => Fetch

/** Authorizes a request and sends it with `send`, again if it was refused because of the token or the proof. */
type AuthorizedSend = (request: Request, send: Fetch) => Promise<Response>

/** Makes the `fetch` beneath openapi-fetch, which works on copies, so that no middleware ever sees a token. */
function createFetch(options: {
  send: Fetch
  limit: number
  authorizedSend: AuthorizedSend
  onPause: (pause: number) => void
}): Fetch {
  const { send, limit, authorizedSend, onPause } = options
  return async (request) => {
    const sendCopy: Fetch = (copy) =>
      authorizedSend(copy, (authorized) => {
        markSent(request)
        markSent(copy)
        return send(authorized)
      })
    if (limit > 0 && request.method === 'GET') {
      return retryGet(request, { limit, send: sendCopy, onPause })
    }
    return sendCopy(withoutRedirects(request))
  }
}

const METHODS = ['GET', 'PUT', 'POST', 'DELETE', 'OPTIONS', 'HEAD', 'PATCH', 'TRACE'] as const

type Call = (
  method: string,
  path: string,
  init?: Record<string, unknown> & { fetch?: Fetch; signal?: AbortSignal | null },
) => Promise<unknown>

/**
 * Puts a call's own `fetch` beneath the authorization; openapi-fetch would send with it directly, without a token. And ends each
 * call in time.
 */
function withOwnFetch(
  api: Client<paths>,
  { fetchBeneath, timeout }: { fetchBeneath: FetchBeneath; timeout: number },
): Client<paths> {
  const call = api.request as Call // which path goes with which method, only the contract's types know
  const request: Call = async (method, path, { fetch, ...init } = {}) => {
    // A stream is read after the call, and only the caller's own signal reaches that far.
    if (init.parseAs === 'stream') {
      return call(method, path, { ...init, fetch: fetchBeneath(fetch, () => {}) })
    }
    return withAbortController({ signal: init.signal, timeout }, ({ signal }, startAnew) =>
      unlessAborted(
        call(method, path, { ...init, signal, fetch: fetchBeneath(fetch, startAnew) }),
        signal,
      ),
    )
  }
  const methods = METHODS.map((method) => [
    method,
    (path: string, init?: Parameters<Call>[2]) => request(method, path, init),
  ])
  return { ...api, ...Object.fromEntries(methods), request }
}

function tenant({ domain, accessToken, dpop }: TenantOptions) {
  const origin = tenantOrigin(domain)
  checkAuthorization({ accessToken, dpop })
  const baseUrl = `${origin}/me/v1`
  const audience = `${origin}/me/`
  const authorizedSend: AuthorizedSend = async (request, send) => {
    const { method, url } = request
    const scope = SCOPES.get(method)
    if (!scope || !url.startsWith(`${baseUrl}/`)) {
      throw new TypeError(
        `The access token is for ${baseUrl} only, with GET, POST and DELETE: it is not sent with ${method} ${url}.`,
      )
    }
    const authorized = await authorizeRequest(request, { accessToken, dpop, audience, scope })
    return authorized.settle(await send(authorized.request), send)
  }
  return { baseUrl, authorizedSend }
}

function backend(options: BackendOptions) {
  const { baseUrl } = options
  const forbidden = (['domain', 'accessToken', 'dpop'] as const).find(
    (name) => options[name] !== undefined,
  )
  if (forbidden) {
    throw new TypeError(
      `${forbidden} cannot be used with baseUrl, because the backend holds the tokens. Leave one of them out.`,
    )
  }
  if (!isBase(baseUrl)) {
    throw new TypeError(
      `baseUrl must be a URL or a path without a query, like '/api/me/v1'; got '${baseUrl}'.`,
    )
  }
  const authorizedSend: AuthorizedSend = (request, send) => send(request)
  return { baseUrl: baseUrl.replace(/\/+$/, ''), authorizedSend }
}

/** Tells whether paths can be appended to a base: an http or https URL, or a path of the page's own origin. */
function isBase(base: unknown): base is string {
  if (typeof base !== 'string' || !/^(https?:\/\/[^/]|\/)/.test(base)) return false
  const page = 'https://page.invalid'
  const url = parseUrl(base, page)
  // Browsers read `//host` and `/\host` as URLs of another host, not as paths.
  const isPathOfPage = url?.origin === page || !base.startsWith('/')
  return url !== undefined && isPathOfPage && !url.username && !url.password && !/[?#]/.test(base)
}
