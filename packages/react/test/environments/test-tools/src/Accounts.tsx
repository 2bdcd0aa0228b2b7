import { describeError } from '@connected-accounts/client'
import {
  useConnectAccount,
  useConnectCallback,
  useConnectedAccounts,
  useDisconnectAccount,
} from '@connected-accounts/react'

export function Accounts({ mode }: { mode: 'redirect' | 'popup' }) {
  const { data: accounts = [] } = useConnectedAccounts()
  const { connect, error, isPending } = useConnectAccount({ mode, onBlocked: 'throw' })
  const { mutate: disconnect, undo, undoable } = useDisconnectAccount({ undoMs: 5000 })
  const { account: connected } = useConnectCallback()

  return (
    <section>
      {error && <p role="alert">{describeError(error)}</p>}
      {isPending && <p>Connecting…</p>}
      {connected && <p role="status">Connected {connected.connection}</p>}
      <ul>
        {accounts.map(({ id, connection }) => (
          <li key={id}>
            {connection}
            <button type="button" onClick={() => disconnect(id)}>
              Disconnect
            </button>
          </li>
        ))}
      </ul>
      {undoable.length > 0 && (
        <button type="button" onClick={() => undo()}>
          Undo
        </button>
      )}
      <button type="button" onClick={() => connect({ connection: 'github' })}>
        Connect GitHub
      </button>
    </section>
  )
}
