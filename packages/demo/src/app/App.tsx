import { localStorageAccountLabels } from '@connected-accounts/client'
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

const accountLabels = localStorageAccountLabels()

interface AppProps {
  session: Session
  /** The queries that the server has already loaded. */
  queries?: DehydratedState | undefined
}

/** How long data is fresh, in milliseconds, so that the browser does not load again what the server has just loaded. */
const FRESH = 10_000

/** Shows the whole page: the home page if a user is logged in, or the welcome page. */
export function App({ session, queries }: AppProps) {
  const [queryClient] = useState(
    () => new QueryClient({ defaultOptions: { queries: { staleTime: queries ? FRESH : 0 } } }),
  )
  const { client, user, redirectUri, identify } = session
  return (
    <SessionContext.Provider value={session}>
      <QueryClientProvider client={queryClient}>
        <HydrationBoundary state={queries}>
          <ConnectedAccountsProvider
            client={client}
            user={user?.sub}
            redirectUri={redirectUri}
            accountLabels={accountLabels}
            identify={identify}
          >
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
