import { createConnectedAccountsClient } from '@connected-accounts/client'
import { ConnectedAccountsProvider, useConnectCallback } from '@connected-accounts/react'
import { QueryClient, QueryClientProvider } from '@tanstack/react-query'
import { StrictMode, useEffect } from 'react'
import { createRoot } from 'react-dom/client'

// What reload.html runs, in a frame that a test may really reload. The test leaves the emulator in sessionStorage.
const { domain, accessToken } = JSON.parse(sessionStorage.getItem('reload-page') ?? '{}')
const client = createConnectedAccountsClient({ domain, accessToken })

function addToast() {
  sessionStorage.setItem('toasts', `${sessionStorage.getItem('toasts') ?? ''}*`)
}

function Result() {
  const { status, account, isRepeated, error, dismiss } = useConnectCallback()
  useEffect(() => {
    if (status === 'success' && !isRepeated) addToast()
  }, [status, isRepeated])
  return (
    <>
      <output>{account?.id ?? error?.message ?? status}</output>
      <button type="button" onClick={dismiss}>
        Dismiss
      </button>
    </>
  )
}

createRoot(document.body).render(
  <StrictMode>
    <QueryClientProvider client={new QueryClient()}>
      <ConnectedAccountsProvider client={client} user="auth0|alice">
        <Result />
      </ConnectedAccountsProvider>
    </QueryClientProvider>
  </StrictMode>,
)
