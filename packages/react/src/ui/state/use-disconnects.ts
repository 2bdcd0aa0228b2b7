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
  /** Returns what stops working without an account, in words. Empty if nothing is named, or another account is left. */
  stopsWithout: (account: ConnectedAccount) => string
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
  const stopsWithout = ({ id, connection }: ConnectedAccount) => {
    const { usedBy } = lists.show(connection)
    const isLeft = (one: ConnectedAccount) =>
      one.connection === connection && one.id !== id && !undoable.includes(one.id)
    if (usedBy.length === 0 || lists.accounts.some(isLeft)) return ''
    return words.text('stopsWorking', { list: words.list(usedBy) })
  }
  const toggleDisconnect = (account: ConnectedAccount) => {
    const { id, connection } = account
    if (undoable.includes(id)) {
      undo(id)
      return
    }
    const { name, revokeUrl } = lists.show(connection)
    note(id)
    setNotice(undefined)
    if (undoMs > 0) announce('disconnecting', name, stopsWithout(account))
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
  return { undoable, failures, forget: note, toggleDisconnect, stopsWithout }
}
