import { useState } from 'react'
import { useDisconnectAccount } from '../../hooks/useDisconnectAccount.js'

/** Disconnects accounts, and keeps what has failed. */
export interface Disconnects {
  /** Ids of the accounts whose disconnect can be undone. */
  undoable: string[]
  undo: (id: string) => void
  disconnect: (id: string) => void
  /** Why accounts could not be disconnected, by id. */
  failures: Readonly<Record<string, Error | undefined>>
  forget: (id: string) => void
}

/** @param onDone - Called when an account has been disconnected, or its disconnect has been undone. */
export function useDisconnects(
  undoMs: number,
  onDone: (id: string, result: { undone: boolean; revokeUrl: string | undefined }) => void,
  onFailed: (id: string) => void,
): Disconnects {
  const { mutateAsync, undoable, undo, lastFailure } = useDisconnectAccount({
    undoMs,
    keepUndoable: true,
  })
  const [failures, setFailures] = useState<Disconnects['failures']>(() =>
    lastFailure ? { [lastFailure.id]: lastFailure.error } : {},
  )
  const note = (id: string, error?: Error) => {
    setFailures((known) => ({ ...known, [id]: error }))
  }
  // The mutation's own `data` and `error` are about the last call only.
  const disconnect = async (id: string) => {
    note(id)
    try {
      onDone(id, await mutateAsync(id))
    } catch (error) {
      note(id, error instanceof Error ? error : new Error(String(error)))
      onFailed(id)
    }
  }
  return { undoable, undo, failures, forget: note, disconnect: (id) => void disconnect(id) }
}
