import {
  useConnectAccount,
  useConnectCallback,
  useConnectedAccounts,
  useDisconnectAccount,
} from '@connected-accounts/react'

export function GitHubAccounts() {
  const { data: accounts, error: listError } = useConnectedAccounts({ connection: 'github' })
  const { connect, error: connectError } = useConnectAccount()
  const { mutate: disconnect, error: disconnectError } = useDisconnectAccount()
  const { error: callbackError } = useConnectCallback()
  const error = callbackError ?? connectError ?? disconnectError ?? listError

  return (
    <section>
      {error && <p role="alert">{error.message}</p>}
      {!accounts && !listError && <p>Loading your accounts…</p>}
      <ul>
        {accounts?.map(({ id, created_at }) => (
          <li key={id}>
            GitHub, connected on {new Date(created_at).toLocaleDateString()}
            <button type="button" onClick={() => disconnect(id)}>
              Disconnect
            </button>
          </li>
        ))}
      </ul>
      <button type="button" onClick={() => connect({ connection: 'github' })}>
        Connect GitHub
      </button>
    </section>
  )
}
