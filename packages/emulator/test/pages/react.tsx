import { type AppState, Auth0Provider, useAuth0 } from '@auth0/auth0-react'
import { StrictMode, useState } from 'react'
import { createRoot } from 'react-dom/client'

function Application({ callback }: { callback: AppState | undefined }) {
  const { error, isAuthenticated, isLoading, user, ...auth0 } = useAuth0()
  const { audience = '' } = window.options.authorizationParams ?? {}
  const logIn = () =>
    auth0.loginWithRedirect({ authorizationParams: { audience }, appState: { from: 'the page' } })
  const connectGoogle = () =>
    auth0.connectAccountWithRedirect({
      connection: 'google-oauth2',
      appState: { from: 'the page' },
    })
  const shown = { isAuthenticated, user, callback, error: error && { ...error } }
  return (
    <>
      <button type="button" onClick={logIn}>
        Log in
      </button>
      <button type="button" onClick={connectGoogle}>
        Connect Google
      </button>
      {!isLoading && <output>{JSON.stringify(shown)}</output>}
    </>
  )
}

function Page() {
  const [callback, setCallback] = useState<AppState>()
  return (
    <Auth0Provider
      {...window.options}
      onRedirectCallback={(appState) => {
        history.replaceState(null, '', '/')
        setCallback(appState)
      }}
    >
      <Application callback={callback} />
    </Auth0Provider>
  )
}

const main = document.querySelector('main')
if (main) {
  createRoot(main).render(
    <StrictMode>
      <Page />
    </StrictMode>,
  )
}
