import { describeError } from '@connected-accounts/client'
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
  const message = describeError(error)
  const connectGitHub = () => {
    connect({ connection: 'github' })
  }

  return (
    <section>
      {message && <p role="alert">{message}</p>}
      {accounts.isPending && <p>Loading your accounts…</p>}
      <ul>
        {accounts.data?.map(({ id, created_at }) => (
          <li key={id}>
            GitHub, connected on {new Date(created_at).toLocaleDateString()}
            <button
              onClick={() => {
                disconnect(id)
              }}
            >
              Disconnect
            </button>
          </li>
        ))}
      </ul>
      <button onClick={connectGitHub}>Connect GitHub</button>
    </section>
  )
}
