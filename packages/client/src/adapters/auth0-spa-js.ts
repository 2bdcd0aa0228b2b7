import type { AccessToken, AccessTokenRequest } from '../authorization/access-token.js'
import type { Dpop } from '../authorization/dpop.js'
import { fromProver } from '../dpop/from-prover.js'

/** What is used of auth0-spa-js 2.27: its client, or what `useAuth0()` of auth0-react gives. */
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

/** Options for `createConnectedAccountsClient` and `createAuthorizedFetch`, taken from a login SDK. */
export interface Auth0Options {
  domain: string
  accessToken: (request: AccessTokenRequest) => Promise<AccessToken>
  dpop: Dpop
}

/**
 * Lets a logged-in auth0-spa-js client, or what auth0-react's `useAuth0()` gives, provide tokens and proofs; spread the
 * result into `createConnectedAccountsClient`. The SDK needs `useRefreshTokens` and `useMrrt`, and `scope` as an object by
 * audience. Its errors, such as `login_required`, pass through.
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
      if (!token) throw new Error('auth0 gave no token.') // by its types alone: it throws instead
      return { accessToken: token.access_token, tokenType: token.token_type ?? 'Bearer' }
    },
    dpop: dpopOf(auth0),
  }
}

/** The SDK has these methods whether `useDpop` is on or off; they fail where it is off. */
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
