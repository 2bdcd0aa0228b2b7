import { ConnectedAccountsProvider } from '@connected-accounts/react'
import { QueryClient, QueryClientProvider } from '@tanstack/react-query'
import { useState } from 'react'
import { Header } from './Header.js'
import { Home } from './Home.js'
import type { Session } from './session.js'
import { SessionContext } from './session-context.js'
import { Welcome } from './Welcome.js'

/** The whole page: of a person who is logged in, or the way there. */
export function App({ session }: { session: Session }) {
  const [queryClient] = useState(() => new QueryClient())
  const { client, user } = session
  return (
    <SessionContext.Provider value={session}>
      <QueryClientProvider client={queryClient}>
        <ConnectedAccountsProvider client={client} user={user?.sub}>
          <Header />
          {user ? <Home user={user} /> : <Welcome />}
          <footer className="colophon">
            <p>Connected Accounts is an unofficial toolkit, and not made by Auth0.</p>
          </footer>
        </ConnectedAccountsProvider>
      </QueryClientProvider>
    </SessionContext.Provider>
  )
}
