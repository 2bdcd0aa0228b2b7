import {
  type ConnectedAccount,
  createConnectedAccountsClient,
  defineConnections,
  describeError,
  localStorageAccountLabels,
} from '@connected-accounts/client'
import {
  ConnectedAccountsProvider,
  connectedAccountsQueries,
  handleConnectCallback,
  useAccountLabel,
  useConnectAccount,
  useConnectCallback,
  useConnectedAccounts,
  useConnection,
  useConnections,
  useDisconnectAccount,
  useInfiniteConnectedAccounts,
  useSuspenseConnectedAccounts,
} from '@connected-accounts/react'
import { QueryClient, QueryClientProvider, useQuery } from '@tanstack/react-query'
import { Suspense, useEffect, useState } from 'react'
import { createRoot } from 'react-dom/client'

const connections = defineConnections({
  calendar: {
    connection: 'google-oauth2',
    scopes: ['https://www.googleapis.com/auth/calendar.readonly'],
    revokeUrl: 'https://myaccount.google.com/connections',
  },
  github: { connection: 'github' },
})
const client = createConnectedAccountsClient({ baseUrl: 'https://app.example.com/auth/me/v1' })
const accountLabels = localStorageAccountLabels()
const queryClient = new QueryClient()
const { accounts } = connectedAccountsQueries({ client, user: 'auth0|alice' })

function Alert({ error }: { error: Error | null }) {
  const message = describeError(error, { other: 'That did not work.' })
  return message && <p role="alert">{message}</p>
}

function Callback() {
  const { status, account, isRepeated, returnTo, error, canRetry, retry, dismiss } =
    useConnectCallback()
  useEffect(() => {
    if (status === 'success' && !isRepeated) window.history.replaceState(null, '', returnTo)
  }, [status, isRepeated, returnTo])
  return (
    <>
      <Alert error={error} />
      {account && <p role="status">{account.connection} is connected.</p>}
      {canRetry && (
        <button type="button" onClick={retry}>
          Try again
        </button>
      )}
      <button type="button" onClick={dismiss}>
        Close
      </button>
    </>
  )
}

function Row({ account }: { account: ConnectedAccount }) {
  const { id, connection } = account
  const { mutate, mutateAsync, undoable, undo, isPending, error } = useDisconnectAccount({
    undoMs: 5000,
    keepUndoable: true,
  })
  const [isGone, setGone] = useState(false)
  const isUndoable = undoable.includes(id)
  const disconnectAtOnce = async () => {
    const { undone } = await mutateAsync(id)
    setGone(!undone)
  }
  const toggle = () => {
    if (isUndoable) undo(id)
    else mutate(id)
  }
  return (
    <li>
      {connection}
      <button type="button" disabled={isPending && !isUndoable} onClick={toggle}>
        {isUndoable ? 'Undo' : 'Disconnect'}
      </button>
      <button type="button" onClick={() => void disconnectAtOnce()}>
        {isGone ? 'Gone' : 'Disconnect and wait'}
      </button>
      <Label account={account} />
      <Alert error={error} />
    </li>
  )
}

function Label({ account: { id, connection } }: { account: ConnectedAccount }) {
  const { label, setLabel, isPending, error } = useAccountLabel(id)
  const rename = (formData: FormData) => {
    const name = formData.get('name')
    if (typeof name === 'string') setLabel({ label: name })
  }
  return (
    <form action={rename}>
      <input
        name="name"
        aria-label={`Name of ${connection}`}
        defaultValue={label?.label}
        required
      />
      <button type="submit" disabled={isPending}>
        Rename
      </button>
      <Alert error={error} />
    </form>
  )
}

function Accounts() {
  const { data = [], isPending, error } = useConnectedAccounts({ connection: connections.github })
  const { data: count } = useConnectedAccounts({ select: (all) => all.length })
  const { data: sameList } = useQuery(accounts())
  const { lastFailure } = useDisconnectAccount()
  if (isPending) return <p>Loading…</p>
  return (
    <section>
      <Alert error={error ?? lastFailure?.error ?? null} />
      <h2>
        {data.length} of {count ?? sameList?.length}
      </h2>
      <ul>
        {data.map((account) => (
          <Row key={account.id} account={account} />
        ))}
      </ul>
    </section>
  )
}

function Pages() {
  const { data, hasNextPage, fetchNextPage } = useInfiniteConnectedAccounts()
  const listed = data?.pages.flatMap((page) => page.accounts) ?? []
  return (
    <button type="button" disabled={!hasNextPage} onClick={() => void fetchNextPage()}>
      More than {listed.length}
    </button>
  )
}

function ConnectButtons() {
  const { data } = useConnections()
  const { connect, cancel, isPending, data: connected, error } = useConnectAccount({ mode: 'auto' })
  return (
    <>
      {data?.map(({ name }) => (
        <button
          key={name}
          type="button"
          onClick={() => {
            connect({ connection: name, appState: { from: 'buttons' } })
          }}
        >
          {`Connect ${name}`}
        </button>
      ))}
      {isPending && (
        <button type="button" onClick={cancel}>
          Cancel
        </button>
      )}
      {connected && <p>Connected to {connected.account.connection}.</p>}
      <Alert error={error} />
    </>
  )
}

function Calendar() {
  const { status, missingScopes, repair, reportGrantError, repairError } = useConnection(
    connections.calendar,
  )
  const load = async () => {
    const response = await fetch('/events')
    if (!response.ok) reportGrantError(await response.json())
  }
  if (status === 'connected' || status === 'expiring') {
    return (
      <button type="button" onClick={() => void load()}>
        Load
      </button>
    )
  }
  return (
    <>
      <button
        type="button"
        onClick={() => {
          repair({ returnTo: '/calendar' })
        }}
      >
        Repair, because it lacks {missingScopes.join(', ')}
      </button>
      <Alert error={repairError} />
    </>
  )
}

function Count() {
  return <b>{useSuspenseConnectedAccounts().data.length}</b>
}

export function App({ user }: { user: string }) {
  return (
    <QueryClientProvider client={queryClient}>
      <ConnectedAccountsProvider
        client={client}
        user={user}
        connections={connections}
        accountLabels={accountLabels}
      >
        <Callback />
        <Suspense fallback="…">
          <Count />
        </Suspense>
        <Accounts />
        <Pages />
        <ConnectButtons />
        <Calendar />
      </ConnectedAccountsProvider>
    </QueryClientProvider>
  )
}

if (!(await handleConnectCallback({ client }))) {
  createRoot(document.body).render(<App user="auth0|alice" />)
}
