'use client'

import { getUndoable, subscribeToUndoable, type Undoable } from '@connected-accounts/client/browser'
import { type UseMutationResult, useMutation, useQueryClient } from '@tanstack/react-query'
import { useSyncExternalStore } from 'react'
import { useConnectedAccountsContext } from '../ConnectedAccountsProvider.js'
import type { DisconnectedAccount, DisconnectSettings } from '../queries/disconnect.js'

/** Options of {@link useDisconnectAccount}. */
export type UseDisconnectAccountOptions = Pick<DisconnectSettings, 'undoMs'>

/** A mutation's result, and what can be undone. */
export type UseDisconnectAccountResult = UseMutationResult<DisconnectedAccount, Error, string> & {
  /** Ids of the accounts whose disconnecting can still be undone, whichever component began it. */
  undoable: string[]
  /** Undoes the disconnecting of the account with an id, or by default of all that are `undoable`. */
  undo: (id?: string) => void
}

/**
 * Disconnects accounts: `mutate(account.id)`. The account leaves the lists at once and comes back if the server refuses,
 * with the reason as `error`. With `undoMs` nothing is sent for so long, and leaving the page undoes it.
 * The provider's grant stays: the person revokes it at the `revokeUrl` of the result.
 */
export function useDisconnectAccount({
  undoMs,
}: UseDisconnectAccountOptions = {}): UseDisconnectAccountResult {
  const { queries, user, connections } = useConnectedAccountsContext()
  const queryClient = useQueryClient()
  const mutation = useMutation(queries.disconnect({ queryClient, undoMs, connections }))
  const all = useSyncExternalStore(subscribeToUndoable, getUndoable, none)
  const undoable = all.filter((one) => one.user === user)
  return {
    ...mutation,
    undoable: undoable.map(({ id }) => id),
    undo: (id) => {
      for (const one of undoable) if (id === undefined || one.id === id) one.undo()
    },
  }
}

const nothing: readonly Undoable[] = []
const none = () => nothing
