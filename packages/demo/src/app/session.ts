import { Auth0Client } from '@auth0/auth0-spa-js'
import {
  type ConnectedAccountsClient,
  createAuthorizedFetch,
  createConnectedAccountsClient,
  isConnectCallback,
} from '@connected-accounts/client'
import { type Auth0Options, fromAuth0 } from '@connected-accounts/client/auth0-spa-js'
import { loadConfig } from './config.js'

/** Who is logged in. */
export interface Person {
  /** The user's id. */
  sub: string
  name: string
}

/** Asks the demo's own API. */
export type ApiFetch = (path: string, init?: RequestInit) => Promise<Response>

/** All that the page knows when it starts. */
export interface Session {
  user: Person | undefined
  client: ConnectedAccountsClient
  /** A `fetch` for the paths of the demo's own API, which authorizes itself. */
  apiFetch: ApiFetch
  /** Where connect flows come back to; by default the page's origin. */
  redirectUri?: string
  /** The browser comes back from a connect flow. */
  isConnecting: boolean
  /** Why the login that the page came back from did not work. */
  loginError: unknown
  login: () => Promise<void>
  logout: () => Promise<void>
}

/** Reads the configuration, finishes a login that the browser comes back from, and finds the person who is logged in. */
export async function openSession(): Promise<Session> {
  const { domain, clientId, audience } = await loadConfig()
  const { origin } = location
  const auth0 = new Auth0Client({
    domain,
    clientId,
    useDpop: true,
    useRefreshTokens: true,
    useMrrt: true,
    cacheLocation: 'localstorage', // so that a reload keeps the session
    authorizationParams: { audience, redirect_uri: origin, scope: scopes(domain, audience) },
  })
  const loginError = await finishLogin(auth0)
  const user = await findUser(auth0)
  const { settled, ...tokens } = watchTokens(fromAuth0(auth0))
  return {
    user,
    client: createConnectedAccountsClient(tokens),
    apiFetch: createAuthorizedFetch({ ...tokens, audience, scope: '', allowedOrigins: [origin] }),
    isConnecting: isConnectCallback(location.href),
    loginError: user ? undefined : loginError,
    login: () =>
      auth0.loginWithRedirect({
        authorizationParams: { audience }, // named again, or the login asks for none of its scopes
        appState: { path: pathToKeep() },
      }),
    async logout() {
      await settled() // one that came later would be cached, and log the person in again
      await auth0.logout({ logoutParams: { returnTo: origin } })
    },
  }
}

/** The tokens, and what waits for those that are being asked for. */
function watchTokens(tokens: Auth0Options): Auth0Options & { settled: () => Promise<void> } {
  const asked = new Set<Promise<unknown>>()
  return {
    ...tokens,
    accessToken(request) {
      const token = tokens.accessToken(request)
      const over = () => void asked.delete(token)
      token.then(over, over)
      asked.add(token)
      return token
    },
    async settled() {
      while (asked.size > 0) await Promise.allSettled(asked)
    },
  }
}

async function findUser(auth0: Auth0Client): Promise<Person | undefined> {
  const user = await auth0.getUser()
  return user?.sub === undefined ? undefined : { sub: user.sub, name: user.name ?? 'there' }
}

/**
 * By audience: a refresh token is exchanged for each, and an API refuses the scopes of another. Each asks for the profile,
 * too, as the ID token of the last exchange is the one that tells who is logged in.
 */
function scopes(domain: string, audience: string): Record<string, string> {
  const myAccount = ['create', 'read', 'delete'].map((verb) => `${verb}:me:connected_accounts`)
  return {
    [audience]: 'profile email',
    [`${domain}/me/`]: ['profile', 'email', ...myAccount].join(' '),
  }
}

/** Gives the error of a login that the browser comes back from; a connect flow's callback is not ours to touch. */
async function finishLogin(auth0: Auth0Client): Promise<unknown> {
  const { href, pathname, search } = location
  const params = new URLSearchParams(search)
  const isCallback = params.has('state') && (params.has('code') || params.has('error'))
  if (!isCallback || isConnectCallback(href)) return undefined
  history.replaceState(null, '', pathname) // before the code is used, so that a reload does not use it again
  try {
    const { appState } = await auth0.handleRedirectCallback<{ path?: string }>(href)
    if (appState?.path) history.replaceState(null, '', appState.path)
    return undefined
  } catch (error) {
    return error
  }
}

/** A connect flow whose callback finds nobody logged in goes on after the login. */
function pathToKeep(): string {
  return isConnectCallback(location.href) ? location.pathname + location.search : '/'
}
