import {
  useConnectAccount,
  useConnectCallback,
  useConnectedAccounts,
  useDisconnectAccount,
} from '@connected-accounts/react'

export function GitHubAccounts() {
  const accounts = useConnectedAccounts({ connection: 'github' })
  const callback = useConnectCallback()
  const { connect, error: connectError } = useConnectAccount()
  const { mutate: disconnect, error: disconnectError } = useDisconnectAccount()
  const error = callback.error ?? connectError ?? disconnectError ?? accounts.error

  return (
    <section>
      {error && <p role="alert">{error.message}</p>}
      {accounts.isPending && <p>Loading your accounts…</p>}
      <ul>
        {accounts.data?.map(({ id, created_at }) => (
          <li key={id}>
            GitHub, connected on {new Date(created_at).toLocaleDateString()}
            <button onClick={() => disconnect(id)}>Disconnect</button>
          </li>
        ))}
      </ul>
      <button onClick={() => connect({ connection: 'github' })}>Connect GitHub</button>
    </section>
  )
}
