'use client'

import { describeError } from '@connected-accounts/client'
import {
  useConnectedAccounts,
  useConnections,
  useDisconnectAccount,
} from '@connected-accounts/react'
import { useRouter } from 'next/navigation'

/** The accounts that the user has connected, and a form to connect others. */
export function Accounts() {
  const { data: accounts, error } = useConnectedAccounts()
  const { data: connections } = useConnections()
  const { mutate: disconnect, error: disconnectError } = useDisconnectAccount()
  const router = useRouter()
  const problem = describeError(error ?? disconnectError)
  return (
    <section>
      <h2>Connected accounts</h2>
      {problem && <p role="alert">{problem}</p>}
      {!accounts && !problem && <p>Loading…</p>}
      {accounts?.length === 0 && <p>None yet.</p>}
      <ul>
        {accounts?.map(({ id, connection, scopes }) => (
          <li key={id}>
            <div>
              <strong>{connection}</strong>
              <small>{scopes.join(' · ')}</small>
            </div>
            <button
              type="button"
              onClick={() => {
                disconnect(id, {
                  onSuccess: () => {
                    router.refresh()
                  },
                })
              }}
            >
              Disconnect
            </button>
          </li>
        ))}
      </ul>
      <form method="post" action="/auth/connect">
        {connections?.map(({ name }) => (
          <button key={name} type="submit" name="connection" value={name}>
            Connect {name}
          </button>
        ))}
      </form>
    </section>
  )
}
