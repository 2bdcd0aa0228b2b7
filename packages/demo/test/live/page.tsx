import { createConnectedAccountsClient } from '@connected-accounts/client'
import {
  ConnectedAccountsProvider,
  useConnectedAccounts,
  useConnection,
} from '@connected-accounts/react'
import { accountEvents } from '@connected-accounts/react/events'
import { QueryClient, QueryClientProvider } from '@tanstack/react-query'
import { StrictMode } from 'react'
import { createRoot } from 'react-dom/client'

// A page whose server has the session. Its address says who is logged in, and whether it listens to events.
const { user = '', quiet } = Object.fromEntries(new URLSearchParams(window.location.search))
const client = createConnectedAccountsClient({ baseUrl: '/auth/me/v1' })
const events = accountEvents('/auth/events')

function Accounts() {
  const { data } = useConnectedAccounts()
  const { status } = useConnection('github')
  return (
    <>
      <output title="accounts">{data?.length}</output>
      <output title="github">{status}</output>
    </>
  )
}

createRoot(document.querySelector('main') ?? document.body).render(
  <StrictMode>
    <QueryClientProvider client={new QueryClient()}>
      <ConnectedAccountsProvider
        client={client}
        user={user}
        events={quiet === undefined ? events : undefined}
      >
        <Accounts />
      </ConnectedAccountsProvider>
    </QueryClientProvider>
  </StrictMode>,
)
