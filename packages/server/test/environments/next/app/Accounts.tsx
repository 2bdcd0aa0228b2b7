'use client'

import {
  useConnectedAccounts,
  useConnections,
  useDisconnectAccount,
} from '@connected-accounts/react'

export function Accounts() {
  const { data: accounts, error } = useConnectedAccounts()
  const { data: connections } = useConnections()
  const { mutate: disconnect, error: disconnectError } = useDisconnectAccount()
  const problem = error ?? disconnectError
  return (
    <section>
      {problem && <p role="alert">{problem.message}</p>}
      {!accounts && !problem && <p>Loading…</p>}
      {accounts?.length === 0 && <p>None yet.</p>}
      <ul>
        {accounts?.map(({ id, connection }) => (
          <li key={id}>
            {connection}
            <button
              type="button"
              onClick={() => {
                disconnect(id)
              }}
            >
              Disconnect
            </button>
          </li>
        ))}
      </ul>
      <form method="post" action="/app/auth/connect/">
        {connections?.map(({ name }) => (
          <button key={name} type="submit" name="connection" value={name}>
            Connect {name}
          </button>
        ))}
      </form>
    </section>
  )
}
