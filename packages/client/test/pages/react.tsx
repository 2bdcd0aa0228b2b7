import { Auth0Provider, useAuth0 } from '@auth0/auth0-react'
import { StrictMode, useEffect, useState } from 'react'
import { createRoot } from 'react-dom/client'
import { fromAuth0 } from '../../src/adapters/auth0-spa-js.js'
import {
  type CompletedConnect,
  completeConnect,
  createConnectedAccountsClient,
  isConnectCallback,
  sessionStorageTransactions,
  startConnect,
} from '../../src/index.js'

const transactions = sessionStorageTransactions()
const { audience = '' } = window.options.authorizationParams ?? {}
// A test asks for the provider without the option by the path.
const skips = location.pathname !== '/without-skip'

function Application() {
  const auth0 = useAuth0()
  const { isLoading, isAuthenticated, user, error } = auth0
  const [completed, setCompleted] = useState<CompletedConnect>()
  const client = createConnectedAccountsClient(fromAuth0(auth0))
  useEffect(() => {
    if (!isAuthenticated || !isConnectCallback(location.href)) return
    completeConnect(client, { callbackUrl: location.href, transactions }).then(setCompleted)
  })
  const logIn = () => auth0.loginWithRedirect({ authorizationParams: { audience } })
  async function connect() {
    const redirectUri = location.href.split('?')[0] ?? ''
    const options = { connection: 'google-oauth2', redirectUri, transactions }
    location.assign((await startConnect(client, options)).url)
  }
  const awaited = skips && isConnectCallback(location.href) && !completed
  const shown = { isAuthenticated, user, completed, error: error && { ...error } }
  return (
    <>
      <button type="button" onClick={logIn}>
        Log in
      </button>
      <button type="button" onClick={connect}>
        Connect Google
      </button>
      {!isLoading && !awaited && <output>{JSON.stringify(shown)}</output>}
    </>
  )
}

const main = document.querySelector('main')
if (main) {
  createRoot(main).render(
    <StrictMode>
      <Auth0Provider
        {...window.options}
        skipRedirectCallback={skips && isConnectCallback(location.href)}
      >
        <Application />
      </Auth0Provider>
    </StrictMode>,
  )
}
