import { ConnectedAccountsProvider } from '@connected-accounts/react'
import {
  type DehydratedState,
  HydrationBoundary,
  QueryClient,
  QueryClientProvider,
} from '@tanstack/react-query'
import { useState } from 'react'
import { Header } from './Header.js'
import { Home } from './Home.js'
import type { Session } from './session.js'
import { SessionContext } from './session-context.js'
import { Welcome } from './Welcome.js'

interface AppProps {
  session: Session
  /** What a server has asked for already. */
  queries?: DehydratedState | undefined
}

/** What a server has just asked for is not asked for again. */
const FRESH = 10_000

/** The whole page: of a person who is logged in, or the way there. */
export function App({ session, queries }: AppProps) {
  const [queryClient] = useState(
    () => new QueryClient({ defaultOptions: { queries: { staleTime: queries ? FRESH : 0 } } }),
  )
  const { client, user, redirectUri } = session
  return (
    <SessionContext.Provider value={session}>
      <QueryClientProvider client={queryClient}>
        <HydrationBoundary state={queries}>
          <ConnectedAccountsProvider client={client} user={user?.sub} redirectUri={redirectUri}>
            <Header />
            {user ? <Home user={user} /> : <Welcome />}
            <footer className="colophon">
              <p>Connected Accounts is an unofficial toolkit, and not made by Auth0.</p>
            </footer>
          </ConnectedAccountsProvider>
        </HydrationBoundary>
      </QueryClientProvider>
    </SessionContext.Provider>
  )
}
