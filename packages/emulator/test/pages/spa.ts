import {
  Auth0Client,
  ConnectError,
  GenericError,
  MissingRefreshTokenError,
  MissingScopesError,
  MyAccountApiError,
} from '@auth0/auth0-spa-js'
import type {} from '@connected-accounts/testing/application/window'

/** What a call of the My Account API answered. */
export interface Answer {
  status: number
  /** Absent where the answer has no body. */
  body?: unknown
}

/** A call of the My Account API. */
export interface Call {
  method?: string
  /** Under `/me/v1/connected-accounts`. */
  path: string
  scope: string
}

declare global {
  interface Window {
    auth0: Auth0Client
    /** Calls the My Account API as the SDK's documentation does: with a fetcher. */
    callMyAccount(call: Call): Promise<Answer>
  }
}

const auth0 = new Auth0Client(window.options)
const { domain, useDpop, authorizationParams } = window.options
// Named again, because a login forgets the client's audience when it looks up the scopes of an audience.
const login = authorizationParams?.audience
  ? { authorizationParams: { audience: authorizationParams.audience } }
  : {}
const appState = { from: 'the page' }
const connect = (connection: string, scopes?: string[]) =>
  auth0.connectAccountWithRedirect({
    connection,
    ...(scopes && { scopes }),
    appState,
  })

window.auth0 = auth0
window.callMyAccount = async ({ method = 'GET', path, scope }) => {
  const fetcher = auth0.createFetcher({
    baseUrl: `${domain}/me/v1/connected-accounts`,
    ...(useDpop && { dpopNonceId: 'my-account' }),
  })
  const authParams = { audience: `${domain}/me/`, scope: [scope] }
  const response = await fetcher.fetchWithAuth(path, { method }, authParams)
  const text = await response.text()
  return { status: response.status, ...(text && { body: JSON.parse(text) }) }
}

// A button shows what it gave in the page, unless it left the page.
const main = document.querySelector('main')
addButton('Log in', () => auth0.loginWithRedirect({ ...login, appState }))
addButton('Log in without naming the audience', () => auth0.loginWithRedirect({ appState }))
addButton('Log in with Google', () =>
  auth0.loginWithRedirect({
    authorizationParams: {
      ...login.authorizationParams,
      connection: 'google-oauth2',
      connection_scope: 'https://www.googleapis.com/auth/contacts',
    },
  }),
)
addButton('Log in with a popup', () => auth0.loginWithPopup(login))
addButton('Connect Google', () => connect('google-oauth2'))
addButton('Connect GitHub', () => connect('github', ['read:user']))
addButton('Connect a stranger', () => connect('stranger'))
addButton('Get a token', () => auth0.getTokenSilently({ cacheMode: 'off' }))
addButton('Revoke', () => auth0.revokeRefreshToken())
addButton('Log out', () => auth0.logout({ logoutParams: { returnTo: location.origin } }))
if (/[?&]state=/.test(location.search)) show(auth0.handleRedirectCallback())

function addButton(name: string, run: () => Promise<unknown>): void {
  const button = document.createElement('button')
  button.textContent = name
  button.addEventListener('click', () => show(run()))
  main?.append(button)
}

async function show(result: Promise<unknown>): Promise<void> {
  main?.querySelector('output')?.remove()
  const outcome = await result.then((value) => ({ value: value ?? null }), explain)
  const output = document.createElement('output')
  output.textContent = JSON.stringify(outcome)
  main?.append(output)
}

// The SDK's classes have no names of their own.
function explain(error: Error) {
  const classes = {
    ConnectError,
    MissingScopesError,
    MissingRefreshTokenError,
    MyAccountApiError,
    GenericError,
  }
  const [name] = Object.entries(classes).find(([, one]) => error instanceof one) ?? [error.name]
  return { error: { ...error, name, message: error.message } }
}
