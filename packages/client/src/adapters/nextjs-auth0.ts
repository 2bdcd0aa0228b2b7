import { type Fetch, runtimeFetch } from '../http/fetch.js'
import { SCOPES } from '../my-account/scopes.js'

/** Options of `createConnectedAccountsClient`, for a page whose server has nextjs-auth0. */
export interface NextjsAuth0Options {
  baseUrl: string
  fetch: Fetch
}

/**
 * Lets the proxy of nextjs-auth0 4 authorize the requests of a page. The proxy takes the scope of each request from a header.
 *
 * @param baseUrl - The path of the proxy, after the `basePath` if Next.js has one; `/me/v1` by default.
 * @returns Options to spread into `createConnectedAccountsClient`.
 * @see https://github.com/auth0/nextjs-auth0/blob/main/EXAMPLES.md
 *
 * @example
 * ```ts
 * import { createConnectedAccountsClient } from '@connected-accounts/client'
 * import { fromNextjsAuth0 } from '@connected-accounts/client/nextjs-auth0'
 *
 * const client = createConnectedAccountsClient(fromNextjsAuth0())
 * ```
 */
export function fromNextjsAuth0(baseUrl = '/me/v1'): NextjsAuth0Options {
  return {
    baseUrl,
    fetch: (request) => {
      const scoped = new Request(request)
      scoped.headers.set('scope', SCOPES.get(request.method) ?? '')
      return runtimeFetch(scoped)
    },
  }
}
