import { Auth0Client } from '@auth0/auth0-spa-js'
import { fromAuth0 } from '../../src/adapters/auth0-spa-js.js'
import {
  completeConnectInPage,
  connectByRedirect,
  connectInPopup,
  getPendingCallback,
  handleConnectCallback,
} from '../../src/browser/index.js'
import { createConnectedAccountsClient, isConnectCallback } from '../../src/index.js'
import { addButton, show } from './shown.js'

// The recipe of docs/auth0-spa-js.md.
const auth0 = new Auth0Client(window.options)
const client = createConnectedAccountsClient(fromAuth0(auth0))
const { audience = '' } = window.options.authorizationParams ?? {}

async function start() {
  if (await handleConnectCallback({ client })) return
  const { href, pathname, search } = window.location
  if (new URLSearchParams(search).has('state') && !isConnectCallback(href)) {
    window.history.replaceState(null, '', pathname)
    await show(auth0.handleRedirectCallback(href))
  }
  addButton('Log in', () => auth0.loginWithRedirect({ authorizationParams: { audience } }))
  addButton('Log out', () => auth0.logout({ logoutParams: { returnTo: window.location.origin } }))
  const user = (await auth0.getUser())?.sub
  if (user !== undefined) offer(user)
}

function offer(user: string) {
  const flow = { connection: 'google-oauth2', user }
  addButton('Connect Google', () => connectByRedirect(client, flow))
  addButton('Connect Google in a window', () => connectInPopup(client, flow))
  const callback = getPendingCallback()
  if (!callback) return
  callback.clear()
  show(completeConnectInPage(client, { callbackUrl: callback.url, user }))
}

void start()
