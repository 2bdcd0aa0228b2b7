import type { AccessToken, AccessTokenRequest } from '../authorization/access-token.js'
import type { Dpop } from '../authorization/dpop.js'
import { fromProver } from '../dpop/from-prover.js'

/** The methods that are used of auth0-spa-js 2.27's client, or of what auth0-react's `useAuth0()` returns. */
export interface Auth0 {
  getConfiguration(): { domain: string; clientId: string }
  getTokenSilently?: GetToken
  getAccessTokenSilently?: GetToken
  generateDpopProof(request: {
    url: string
    method: string
    nonce?: string
    accessToken: string
  }): Promise<string>
  getDpopNonce(id?: string): Promise<string | undefined>
  setDpopNonce(nonce: string, id?: string): Promise<void>
}

type GetToken = (options: {
  authorizationParams: { audience: string; scope: string }
  cacheMode: 'on' | 'off'
  detailedResponse: true
}) => Promise<{ access_token: string; token_type?: string } | undefined>

/** Options of `createConnectedAccountsClient` and `createAuthorizedFetch` that a login SDK provides. */
export interface Auth0Options {
  domain: string
  accessToken: (request: AccessTokenRequest) => Promise<AccessToken>
  dpop: Dpop
}

/**
 * Lets a login SDK provide tokens and proofs. Its errors, such as `login_required`, pass through. The SDK needs
 * `useRefreshTokens` and `useMrrt`, and `scope` as an object by audience.
 *
 * @param auth0 - A logged-in auth0-spa-js client, or what auth0-react's `useAuth0()` returns.
 * @returns Options to spread into `createConnectedAccountsClient`.
 * @throws {TypeError} if `auth0` is something else.
 *
 * @example
 * ```ts
 * import { Auth0Client } from '@auth0/auth0-spa-js'
 * import { createConnectedAccountsClient } from '@connected-accounts/client'
 * import { fromAuth0 } from '@connected-accounts/client/auth0-spa-js'
 *
 * const auth0 = new Auth0Client({
 *   domain: 'tenant.eu.auth0.com',
 *   clientId: 'your-client-id',
 *   useRefreshTokens: true,
 *   useMrrt: true,
 * })
 * // After the login.
 * const client = createConnectedAccountsClient(fromAuth0(auth0))
 * ```
 */
export function fromAuth0(auth0: Auth0): Auth0Options {
  const getToken = auth0?.getTokenSilently ?? auth0?.getAccessTokenSilently
  if (typeof getToken !== 'function' || typeof auth0.getConfiguration !== 'function') {
    throw new TypeError('auth0 must be an auth0-spa-js client or the result of useAuth0().')
  }
  return {
    domain: auth0.getConfiguration().domain,
    accessToken: async ({ audience, scope, forceRefresh }) => {
      const token = await getToken.call(auth0, {
        authorizationParams: { audience, scope },
        cacheMode: forceRefresh ? 'off' : 'on',
        detailedResponse: true,
      })
      if (!token) throw new Error('auth0 returned no token. Log in again.') // only its types allow that: it throws instead
      return { accessToken: token.access_token, tokenType: token.token_type ?? 'Bearer' }
    },
    dpop: dpopOf(auth0),
  }
}

/** Makes a prover of the SDK's methods, which it has whether `useDpop` is on or off; they fail if it is off. */
function dpopOf(auth0: Auth0): Dpop {
  return fromProver({
    isEnabled: async () => {
      try {
        await auth0.getDpopNonce()
        return true
      } catch {
        return false
      }
    },
    generateProof: ({ accessToken = '', ...request }) =>
      auth0.generateDpopProof({ ...request, accessToken }),
    getNonce: (origin) => auth0.getDpopNonce(origin),
    setNonce: (origin, nonce) => auth0.setDpopNonce(nonce, origin),
  })
}
