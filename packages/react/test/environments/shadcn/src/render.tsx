import { createConnectedAccountsClient, defineConnections } from '@connected-accounts/client'
import { github, google } from '@connected-accounts/client/catalogue'
import { ConnectedAccountsProvider } from '@connected-accounts/react'
import { QueryClient, QueryClientProvider } from '@tanstack/react-query'
import { type ReactNode, StrictMode } from 'react'
import { createRoot } from 'react-dom/client'

declare global {
  interface Window {
    /** What a login SDK knows. The test sets it. */
    session: { domain: string; accessToken: string; user: string }
  }
}

const { user, ...settings } = window.session
const client = createConnectedAccountsClient(settings)

export const connections = defineConnections({
  google: { provider: google },
  github: { provider: github },
})

export function render(children: ReactNode): void {
  createRoot(document.querySelector('main') ?? document.body).render(
    <StrictMode>
      <QueryClientProvider client={new QueryClient()}>
        <ConnectedAccountsProvider client={client} user={user}>
          {children}
        </ConnectedAccountsProvider>
      </QueryClientProvider>
    </StrictMode>,
  )
}
