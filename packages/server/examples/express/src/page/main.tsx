import { createConnectedAccountsClient, describeError } from '@connected-accounts/client'
import { ConnectedAccountsProvider } from '@connected-accounts/react'
import { QueryClient, QueryClientProvider } from '@tanstack/react-query'
import { createRoot } from 'react-dom/client'
import { Accounts } from './Accounts'
import { Events } from './Events'
import './style.css'

const client = createConnectedAccountsClient({ baseUrl: '/auth/me/v1' })
const queryClient = new QueryClient()

interface User {
  sub: string
  name: string
}

const response = await fetch('/user')
const user = (await response.json()) as User | null // as the server sends it
const error = describeError(new URLSearchParams(location.search).get('auth_error'))

createRoot(document.getElementById('root') ?? document.body).render(
  <QueryClientProvider client={queryClient}>
    <ConnectedAccountsProvider client={client} user={user?.sub}>
      <main>
        <h1>{user ? `Hello, ${user.name}` : 'Your accounts'}</h1>
        {error && <p role="alert">{error}</p>}
        {user ? (
          <>
            <Accounts />
            <Events />
            <form method="post" action="/auth/logout">
              <button type="submit">Log out</button>
            </form>
          </>
        ) : (
          <a className="button" href="/auth/login">
            Log in
          </a>
        )}
      </main>
    </ConnectedAccountsProvider>
  </QueryClientProvider>,
)
