import type { ConnectedAccount } from '@connected-accounts/client'
import { useState } from 'react'
import { useDisconnectAccount } from '../../hooks/useDisconnectAccount.js'
import type { OutcomeTools } from './outcome-tools.js'

/** Disconnects accounts, and keeps what has failed. */
export interface Disconnects {
  /** Ids of the accounts whose disconnect can be undone. */
  undoable: string[]
  /** Disconnects an account, or undoes it while that is possible. */
  toggleDisconnect: (account: ConnectedAccount) => void
  /** Why accounts could not be disconnected, by id. */
  failures: Readonly<Record<string, Error | undefined>>
  forget: (id: string) => void
}

/**
 * Disconnects accounts, and tells what has come of it. The mutation's own `data` and `error` are about the last call only, but
 * several accounts may be on their way.
 */
export function useDisconnects(undoMs: number, tools: OutcomeTools): Disconnects {
  const { words, lists, announce, focusOn, setNotice } = tools
  const options = { undoMs, keepUndoable: true }
  const { mutateAsync, undoable, undo, lastFailure } = useDisconnectAccount(options)
  const [failures, setFailures] = useState<Disconnects['failures']>(() =>
    lastFailure ? { [lastFailure.id]: lastFailure.error } : {},
  )
  const note = (id: string, error?: Error) => {
    setFailures((known) => ({ ...known, [id]: error }))
  }
  const toggleDisconnect = ({ id, connection }: ConnectedAccount) => {
    if (undoable.includes(id)) {
      undo(id)
      return
    }
    const { name, revokeUrl } = lists.show(connection)
    note(id)
    setNotice(undefined)
    if (undoMs > 0) announce('disconnecting', name)
    mutateAsync(id).then(
      ({ undone, revokeUrl: href = revokeUrl }) => {
        announce(undone ? 'undone' : 'disconnected', name)
        const link = href === undefined ? undefined : { href, text: words.text('revoke', { name }) }
        const text = words.text('disconnected', { name })
        if (!undone) setNotice({ kind: 'success', text, link })
      },
      (error: unknown) => {
        note(id, error as Error) // what a mutation rejects with
        focusOn(`failure ${id}`, 'failure ')
      },
    )
  }
  return { undoable, failures, forget: note, toggleDisconnect }
}
