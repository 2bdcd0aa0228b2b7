import { Auth0Client } from '@auth0/auth0-spa-js'
import { fromAuth0 } from '../../src/adapters/auth0-spa-js.js'
import {
  completeConnect,
  createConnectedAccountsClient,
  deleteConnectedAccount,
  isConnectCallback,
  listConnectedAccounts,
  sessionStorageTransactions,
  startConnect,
} from '../../src/index.js'
import { addButton, show } from './shown.js'

const auth0 = new Auth0Client(window.options)
const client = createConnectedAccountsClient(fromAuth0(auth0))
const transactions = sessionStorageTransactions()
const { audience = '' } = window.options.authorizationParams ?? {}

addButton('Log in', () => auth0.loginWithRedirect({ authorizationParams: { audience } }))
addButton('Connect Google', async () => {
  const redirectUri = location.origin
  const flow = await startConnect(client, {
    connection: 'google-oauth2',
    redirectUri,
    transactions,
  })
  location.assign(flow.url)
})
addButton('List', () => listConnectedAccounts(client))
addButton('Disconnect', async () => {
  const { accounts } = await listConnectedAccounts(client)
  await Promise.all(accounts.map(({ id }) => deleteConnectedAccount(client, id)))
})

if (isConnectCallback(location.href)) {
  show(completeConnect(client, { callbackUrl: location.href, transactions }))
} else if (location.search.includes('state=')) {
  show(auth0.handleRedirectCallback())
}
