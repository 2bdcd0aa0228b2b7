import { Auth0Client } from '@auth0/auth0-spa-js'
import {
  type ConnectedAccountsClient,
  createAuthorizedFetch,
  createConnectedAccountsClient,
  type IdentifyAccount,
  isConnectCallback,
} from '@connected-accounts/client'
import { type Auth0Options, fromAuth0 } from '@connected-accounts/client/auth0-spa-js'
import { loadConfig } from './config.js'
import { HOOKS_PATH, type PagePath, RENDERED_PATH, STATES_PATH } from './pages.js'

/** The user who is logged in. */
export interface Person {
  /** The user's id. */
  sub: string
  name: string
}

/** Sends a request to the demo's API. */
export type ApiFetch = (path: string, init?: RequestInit) => Promise<Response>

/** Everything that the page needs to start. */
export interface Session {
  user: Person | undefined
  client: ConnectedAccountsClient
  /** A `fetch` for paths of the demo's API that adds the authorization. */
  apiFetch: ApiFetch
  /** The URL to which connect flows return: the page itself. */
  redirectUri: string
  /** The path of the main page. */
  home: PagePath
  /** The other pages of the demo. */
  pages: PagePath[]
  /** Names an account that was just connected, if the demo's server can ask the provider. Such a server also revokes grants. */
  identify?: IdentifyAccount
  /** True if the browser returns from a connect flow. */
  isConnecting: boolean
  /** The error of the login from which the browser returns, if it failed. */
  loginError: unknown
  login: () => Promise<void>
  logout: () => Promise<void>
}

/** Loads the configuration, completes a login if the browser returns from one, and finds the user who is logged in. */
export async function openSession(): Promise<Session> {
  const { domain, clientId, audience, isRendered } = await loadConfig()
  const { origin, pathname } = location
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
    redirectUri: pathname === '/' ? origin : origin + pathname,
    home: '/',
    pages: isRendered ? [HOOKS_PATH, STATES_PATH, RENDERED_PATH] : [HOOKS_PATH, STATES_PATH],
    isConnecting: isConnectCallback(location.href),
    loginError: user ? undefined : loginError,
    login: () =>
      auth0.loginWithRedirect({
        authorizationParams: { audience }, // repeated here, because the login would otherwise request none of its scopes
        appState: { path: pathToKeep() },
      }),
    async logout() {
      await settled() // a token that arrives later would be cached, and log the user in again
      await auth0.logout({ logoutParams: { returnTo: origin } })
    },
  }
}

/** Wraps the token source. `settled` waits until all pending token requests have ended. */
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
 * Returns the scopes by audience, because the refresh token is exchanged for each audience, and an API refuses the scopes of another.
 * Each requests the profile, too, because the SDK reads the user from the ID token of the last exchange.
 */
function scopes(domain: string, audience: string): Record<string, string> {
  const myAccount = ['create', 'read', 'delete'].map((verb) => `${verb}:me:connected_accounts`)
  return {
    [audience]: 'profile email',
    [`${domain}/me/`]: ['profile', 'email', ...myAccount].join(' '),
  }
}

/** Completes a login if the browser returns from one, and returns its error. It leaves the callback of a connect flow alone. */
async function finishLogin(auth0: Auth0Client): Promise<unknown> {
  const { href, pathname, search } = location
  const params = new URLSearchParams(search)
  const isCallback = params.has('state') && (params.has('code') || params.has('error'))
  if (!isCallback || isConnectCallback(href)) return undefined
  history.replaceState(null, '', pathname) // first, so that a reload does not use the code again
  try {
    const { appState } = await auth0.handleRedirectCallback<{ path?: string }>(href)
    if (appState?.path) history.replaceState(null, '', appState.path)
    return undefined
  } catch (error) {
    return error
  }
}

/** Returns the path to open after the login. The callback of a connect flow is kept, so that the flow continues. */
function pathToKeep(): string {
  const { href, pathname, search } = location
  return isConnectCallback(href) ? pathname + search : pathname
}
