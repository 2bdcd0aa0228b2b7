import { ConnectedAccountsProvider } from '@connected-accounts/react'
import {
  type DehydratedState,
  HydrationBoundary,
  QueryClient,
  QueryClientProvider,
} from '@tanstack/react-query'
import { type ComponentType, useState } from 'react'
import { accountLabels, connections } from './connections.js'
import { Header } from './Header.js'
import type { Person, Session } from './session.js'
import { SessionContext } from './session-context.js'
import { Welcome } from './Welcome.js'

interface AppProps {
  session: Session
  /** The page for a user who is logged in. */
  Page: ComponentType<{ user: Person }>
  /** The queries that the server has already loaded. */
  queries?: DehydratedState | undefined
}

/** How long data is fresh, in milliseconds, so that the browser does not load again what the server has just loaded. */
const FRESH = 10_000

/** Shows the whole page: the page itself if a user is logged in, or the welcome page. */
export function App({ session, Page, queries }: AppProps) {
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
            connections={connections}
            accountLabels={accountLabels}
            identify={identify}
          >
            <Header />
            {user ? <Page user={user} /> : <Welcome />}
            <footer className="colophon">
              <p>Connected Accounts is an unofficial toolkit, and not made by Auth0.</p>
            </footer>
          </ConnectedAccountsProvider>
        </HydrationBoundary>
      </QueryClientProvider>
    </SessionContext.Provider>
  )
}
