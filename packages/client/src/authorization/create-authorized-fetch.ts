import { type Fetch, runtimeFetch } from '../http/fetch.js'
import { parseUrl } from '../http/url.js'
import type { AccessTokenSource } from './access-token.js'
import { authorizedFetch, checkAuthorization } from './authorized-fetch.js'
import type { Dpop } from './dpop.js'

/** Options of {@link createAuthorizedFetch}. */
export interface AuthorizedFetchOptions {
  accessToken: AccessTokenSource
  dpop?: Dpop | undefined
  /** The API that is called. */
  audience: string
  /** The scopes that the calls need, separated by spaces. */
  scope: string
  /** Origins that may see the token; a request to any other throws a TypeError and is not sent. */
  allowedOrigins: readonly string[]
  fetch?: Fetch | undefined
}

/**
 * Makes a `fetch` for any API of yours: it adds the access token and its proof, and repeats what a 401 asks for.
 * Redirects are not followed. Throws a TypeError that names the option where one is wrong.
 */
export function createAuthorizedFetch(options: AuthorizedFetchOptions): typeof globalThis.fetch {
  const { allowedOrigins, fetch: send = runtimeFetch, ...authorization } = options
  checkAuthorization(authorization)
  const { audience, scope } = authorization
  for (const [name, text] of Object.entries({ audience, scope })) {
    if (typeof text !== 'string') throw new TypeError(`${name} must be a string.`)
  }
  if (typeof send !== 'function') throw new TypeError('fetch must be a function.')
  const isOrigin = (text: string) => parseUrl(text)?.origin === text
  if (!Array.isArray(allowedOrigins) || !allowedOrigins.every(isOrigin)) {
    throw new TypeError("allowedOrigins must be origins, like 'https://api.example.test'.")
  }
  return async (input, init) => {
    const request = new Request(input, { ...init, redirect: 'manual' })
    const { origin } = new URL(request.url)
    if (!allowedOrigins.includes(origin)) {
      throw new TypeError(
        `allowedOrigins does not have ${origin}: the access token is not sent there.`,
      )
    }
    return authorizedFetch(request, authorization, send)
  }
}
