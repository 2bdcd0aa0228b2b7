import { type Fetch, runtimeFetch } from '../http/fetch.js'
import { scopeFor } from '../my-account/scopes.js'

/** Options for `createConnectedAccountsClient` in a page whose server has nextjs-auth0. */
export interface NextjsAuth0Options {
  baseUrl: string
  fetch: Fetch
}

/**
 * Lets the proxy of nextjs-auth0 4 authorize what a page asks; spread the result into `createConnectedAccountsClient`. The
 * proxy takes the scope of each request in a header, and `baseUrl` is another than `/me/v1` where Next.js has a `basePath`.
 *
 * @see https://github.com/auth0/nextjs-auth0/blob/main/EXAMPLES.md
 */
export function fromNextjsAuth0(baseUrl = '/me/v1'): NextjsAuth0Options {
  return {
    baseUrl,
    fetch: (request) => {
      const scoped = new Request(request)
      scoped.headers.set('scope', scopeFor(request.method) ?? '')
      return runtimeFetch(scoped)
    },
  }
}
