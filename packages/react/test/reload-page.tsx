import { createConnectedAccountsClient } from '@connected-accounts/client'
import { ConnectedAccountsProvider, useConnectCallback } from '@connected-accounts/react'
import { QueryClient, QueryClientProvider } from '@tanstack/react-query'
import { StrictMode } from 'react'
import { createRoot } from 'react-dom/client'

// What reload.html runs, in a frame that a test may really reload. The test leaves the emulator in sessionStorage.
const { domain, accessToken } = JSON.parse(sessionStorage.getItem('reload-page') ?? '{}')
const client = createConnectedAccountsClient({ domain, accessToken })

function Result() {
  const { status, account, error } = useConnectCallback()
  return <output>{account?.id ?? error?.message ?? status}</output>
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
