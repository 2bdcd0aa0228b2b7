import {
  createConnectedAccountsClient,
  describeError,
  localStorageTransactions,
} from '@connected-accounts/client'
import {
  ConnectedAccountsProvider,
  handleConnectCallback,
  useConnectAccount,
  useConnectCallback,
  useConnectedAccounts,
  useConnection,
} from '@connected-accounts/react'
import { QueryClient, QueryClientProvider } from '@tanstack/react-query'
import { StrictMode, useState } from 'react'
import { createRoot } from 'react-dom/client'

declare global {
  interface Window {
    /** The emulator's address and the logged-in user; a test sets it in every page. */
    session: { domain: string; accessToken: string; user: string; store?: 'local' }
  }
}

// An application with popups: index.html at every path. Its address says how it connects.
const { domain, accessToken, user, store } = window.session
const transactions = store && localStorageTransactions()
const client = createConnectedAccountsClient({ domain, accessToken })
const { mode, onBlocked, repair } = Object.fromEntries(new URLSearchParams(window.location.search))

function Connect({ connection }: { connection: string }) {
  const { connect, cancel, status, data, error } = useConnectAccount({
    ...((mode === 'popup' || mode === 'auto') && { mode }),
    ...(onBlocked === 'throw' && { onBlocked }),
  })
  const code = error && 'code' in error ? error.code : error?.name
  return (
    <li>
      <button type="button" onClick={() => connect({ connection, appState: { step: 2 } })}>
        Connect {connection}
      </button>
      <button type="button" onClick={cancel}>
        Cancel {connection}
      </button>
      <button
        type="button"
        onClick={() => {
          cancel()
          connect({ connection })
        }}
      >
        Restart {connection}
      </button>
      <output title={connection}>{String(code ?? status)}</output>
      <code>{data && JSON.stringify(data)}</code>
    </li>
  )
}

function Repair() {
  const { status, repair, cancel, isRepairing, ...result } = useConnection('github', {
    mode: 'popup',
  })
  const { reconnectedAccount, repairError } = result
  return (
    <p>
      <button type="button" onClick={() => repair()}>
        Repair
      </button>
      <button type="button" onClick={cancel}>
        Cancel repair
      </button>
      <output title="repair">{describeError(repairError, { cancelled: 'cancelled' })}</output>
      <output title="health">{isRepairing ? 'repairing' : status}</output>{' '}
      {reconnectedAccount?.connection}
    </p>
  )
}

function Accounts() {
  const { data } = useConnectedAccounts()
  const callback = useConnectCallback()
  return (
    <p>
      {data ? `${data.length} accounts` : '…'}, callback{' '}
      {callback.account?.connection ?? callback.status}
    </p>
  )
}

/** Mounts and unmounts the provider of another user, beside that of the page. */
function OtherUser() {
  const [isThere, setThere] = useState(false)
  return (
    <>
      <button type="button" onClick={() => setThere(!isThere)}>
        Other user
      </button>
      {isThere && (
        <ConnectedAccountsProvider client={client} user="auth0|bob">
          Bob is here
        </ConnectedAccountsProvider>
      )}
    </>
  )
}

function App() {
  const [loggedIn, setLoggedIn] = useState<string | undefined>(user)
  return (
    <StrictMode>
      <QueryClientProvider client={queryClient}>
        <OtherUser />
        <ConnectedAccountsProvider
          client={client}
          user={loggedIn}
          transactions={transactions}
          redirectUri={`${window.location.origin}/connected`}
        >
          <Connect connection="google-oauth2" />
          <Connect connection="github" />
          <Accounts />
          {repair && <Repair />}
        </ConnectedAccountsProvider>
      </QueryClientProvider>
      <button type="button" onClick={() => setLoggedIn(undefined)}>
        Log out
      </button>
      <button type="button" onClick={() => void queryClient.cancelQueries()}>
        Cancel queries
      </button>
    </StrictMode>
  )
}

const queryClient = new QueryClient()
const main = document.querySelector('main') ?? document.body
try {
  if (await handleConnectCallback({ client, transactions }))
    main.textContent = 'You can close this window.'
  else createRoot(main).render(<App />)
} catch (error) {
  main.textContent = error instanceof Error ? `${error.name}: ${error.message}` : String(error)
}
