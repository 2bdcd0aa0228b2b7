import { createConnectedAccountsClient } from '@connected-accounts/client'
import { ConnectedAccountsProvider } from '@connected-accounts/react'
import { QueryClient, QueryClientProvider } from '@tanstack/react-query'
import { createRoot } from 'react-dom/client'

const client = createConnectedAccountsClient({ baseUrl: '/api/me/v1' })

createRoot(document.body).render(
  <QueryClientProvider client={new QueryClient()}>
    <ConnectedAccountsProvider client={client} user="auth0|alice">
      The application
    </ConnectedAccountsProvider>
  </QueryClientProvider>,
)
