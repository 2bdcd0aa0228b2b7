import { Auth0Provider, useAuth0 } from '@auth0/auth0-react'
import { Auth0Client } from '@auth0/auth0-spa-js'
import { createConnectedAccountsClient, isConnectCallback } from '@connected-accounts/client'
import { fromAuth0 } from '@connected-accounts/client/auth0-spa-js'
import type {} from '@connected-accounts/testing/application/window'
import { QueryClient, QueryClientProvider } from '@tanstack/react-query'
import { StrictMode } from 'react'
import { createRoot } from 'react-dom/client'
import {
  ConnectedAccountsProvider,
  handleConnectCallback,
  useConnectAccount,
  useConnectCallback,
  useConnectedAccounts,
} from '../../src/index.js'

// The recipe of docs/auth0-react.md.
const auth0 = new Auth0Client(window.options)
const client = createConnectedAccountsClient(fromAuth0(auth0))
const queryClient = new QueryClient()
const main = document.querySelector('main') ?? document.body

function Accounts() {
  const { connect, data, error } = useConnectAccount({ mode: 'popup' })
  const { connect: leave } = useConnectAccount()
  const callback = useConnectCallback()
  const { data: accounts } = useConnectedAccounts()
  return (
    <>
      <button type="button" onClick={() => connect({ connection: 'google-oauth2' })}>
        Connect google-oauth2
      </button>
      <button type="button" onClick={() => leave({ connection: 'google-oauth2' })}>
        Leave for google-oauth2
      </button>
      <p>{accounts && `${accounts.length} accounts`}</p>
      <p>{error?.message ?? data?.account.connection}</p>
      <p>{callback.error?.message ?? callback.account?.connection}</p>
    </>
  )
}

function Application() {
  const { isLoading, user, error, loginWithRedirect, logout } = useAuth0()
  return (
    <ConnectedAccountsProvider client={client} user={user?.sub}>
      <button type="button" onClick={() => loginWithRedirect()}>
        Log in
      </button>
      <button type="button" onClick={() => logout({ logoutParams: { returnTo: location.origin } })}>
        Log out
      </button>
      {user && <Accounts />}
      {!isLoading && <output>{JSON.stringify({ user, error: error && { ...error } })}</output>}
    </ConnectedAccountsProvider>
  )
}

async function start() {
  if (await handleConnectCallback({ client })) return
  createRoot(main).render(
    <StrictMode>
      <Auth0Provider client={auth0} skipRedirectCallback={isConnectCallback(window.location.href)}>
        <QueryClientProvider client={queryClient}>
          <Application />
        </QueryClientProvider>
      </Auth0Provider>
    </StrictMode>,
  )
}

void start()
