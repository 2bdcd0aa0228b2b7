import {
  type ConnectionDefinition,
  describeError,
  findConnection,
} from '@connected-accounts/client'
import {
  useConnectAccount,
  useConnectCallback,
  useConnectedAccounts,
  useDisconnectAccount,
} from '@connected-accounts/react'
import { connections } from './connections.js'

/** Shows the list of the main page made of hooks alone, as you would write it yourself. */
export function HooksPage() {
  return (
    <main className="hooks">
      <h1>The bare hooks</h1>
      <p className="lead">
        The component of the main page is made of these hooks and nothing else. If it does not fit
        into your application, write your own markup around them, like this page.
      </p>
      <Accounts />
      <Connect />
    </main>
  )
}

function Accounts() {
  const { data: accounts, error } = useConnectedAccounts()
  const { mutate: disconnect, error: disconnectError } = useDisconnectAccount()
  return (
    <section aria-labelledby="accounts-heading">
      <h2 id="accounts-heading">Connected accounts</h2>
      <Problem error={error ?? disconnectError} />
      {!accounts && !error && <p>Loading your accounts…</p>}
      {accounts?.length === 0 && <p>No accounts yet.</p>}
      <ul aria-labelledby="accounts-heading">
        {accounts?.map(({ id, connection, scopes }) => {
          const { label, provider }: Partial<ConnectionDefinition> =
            findConnection(connections, connection) ?? {}
          return (
            <li key={id}>
              <div>
                <h3 id={id}>{label ?? connection}</h3>
                <p>{scopes.map((scope) => provider?.scopes?.[scope] ?? scope).join(' · ')}</p>
              </div>
              <button
                type="button"
                className="button"
                aria-describedby={id}
                onClick={() => disconnect(id)}
              >
                Disconnect
              </button>
            </li>
          )
        })}
      </ul>
    </section>
  )
}

function Connect() {
  const { connect, isPending, error } = useConnectAccount()
  const callback = useConnectCallback() // completes the flow that this page was opened with
  return (
    <section aria-labelledby="connect-heading">
      <h2 id="connect-heading">Connect an account</h2>
      <Problem error={error ?? callback.error} />
      <div className="actions">
        {Object.values(connections).map((connection) => (
          <button
            key={connection.connection}
            type="button"
            className="button"
            disabled={isPending}
            onClick={() => connect({ connection })}
          >
            Connect {connection.label}
          </button>
        ))}
      </div>
    </section>
  )
}

function Problem({ error }: { error: Error | null }) {
  const message = describeError(error)
  return message ? <p role="alert">{message}</p> : null
}
