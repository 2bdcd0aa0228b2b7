'use client'

import {
  useConnectAccount,
  useConnectedAccounts,
  useDisconnectAccount,
} from '@connected-accounts/react'

export function Accounts() {
  const { data: accounts, error } = useConnectedAccounts()
  const { connect, isPending, error: connectError } = useConnectAccount({ mode: 'popup' })
  const { mutate: disconnect, error: disconnectError } = useDisconnectAccount()
  const problem = error ?? connectError ?? disconnectError
  return (
    <section>
      {problem && <p role="alert">{problem.message}</p>}
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
      <button
        type="button"
        onClick={() => {
          connect({ connection: 'google-oauth2' })
        }}
      >
        Connect Google
      </button>
      {isPending && <p>Go on in the other window.</p>}
    </section>
  )
}
