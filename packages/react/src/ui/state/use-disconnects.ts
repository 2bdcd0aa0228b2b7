import type { ConnectedAccount } from '@connected-accounts/client'
import { useState } from 'react'
import { useDisconnectAccount } from '../../hooks/useDisconnectAccount.js'
import type { DisconnectedAccount } from '../../queries/disconnect.js'

/** Disconnects accounts, and keeps what has failed. */
export interface Disconnects {
  /** Ids of the accounts whose disconnect can be undone. */
  undoable: string[]
  undo: (id: string) => void
  disconnect: (account: ConnectedAccount) => void
  /** Why accounts could not be disconnected, by id. */
  failures: Readonly<Record<string, Error | undefined>>
  forget: (id: string) => void
}

/** What happens to disconnects. */
export interface DisconnectEvents {
  /** Called when an account has been disconnected, or its disconnect has been undone. */
  onDone: (account: ConnectedAccount, result: DisconnectedAccount) => void
  onFailed: (account: ConnectedAccount) => void
}

/** Disconnects several accounts at once. The mutation's own `data` and `error` are about the last call only. */
export function useDisconnects(
  undoMs: number,
  { onDone, onFailed }: DisconnectEvents,
): Disconnects {
  const options = { undoMs, keepUndoable: true }
  const { mutateAsync, undoable, undo, lastFailure } = useDisconnectAccount(options)
  const [failures, setFailures] = useState<Disconnects['failures']>(() =>
    lastFailure ? { [lastFailure.id]: lastFailure.error } : {},
  )
  const note = (id: string, error?: Error) => {
    setFailures((known) => ({ ...known, [id]: error }))
  }
  const disconnect = (account: ConnectedAccount) => {
    note(account.id)
    mutateAsync(account.id).then(
      (result) => onDone(account, result),
      (error: Error) => {
        note(account.id, error)
        onFailed(account)
      },
    )
  }
  return { undoable, undo, failures, forget: note, disconnect }
}
