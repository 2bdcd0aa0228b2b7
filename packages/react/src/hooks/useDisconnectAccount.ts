'use client'

import { getUndoable, subscribeToUndoable, type Undoable } from '@connected-accounts/client/browser'
import { isUndoableBy, undoDisconnects } from '@connected-accounts/client/internal'
import {
  type MutationState,
  type UseMutationResult,
  useMutation,
  useMutationState,
  useQueryClient,
} from '@tanstack/react-query'
import { useSyncExternalStore } from 'react'
import { useConnectedAccountsContext } from '../ConnectedAccountsProvider.js'
import type { DisconnectedAccount, DisconnectSettings } from '../queries/disconnect.js'

/** Options of {@link useDisconnectAccount}. */
export type UseDisconnectAccountOptions = Pick<DisconnectSettings, 'undoMs' | 'keepUndoable'>

/** TanStack Query's mutation result, and what can be undone. */
export type UseDisconnectAccountResult = UseMutationResult<DisconnectedAccount, Error, string> & {
  /** Ids of the accounts whose disconnect can still be undone, whichever component began it. */
  undoable: string[]
  /** Undoes the disconnect of the account with this id. Without an id, undoes all that are `undoable`. */
  undo: (id?: string) => void
  /**
   * The last disconnect, if it failed, whichever component began it: in a list, the row that began it may be gone. A later
   * disconnect replaces it, and it is forgotten after five minutes (`gcTime` of the mutations).
   */
  lastFailure: { id: string; error: Error } | undefined
}

/**
 * Disconnects accounts: `mutate(account.id)`. The account leaves the lists at once. If the server refuses, it comes back and
 * `error` says why. With `undoMs` nothing is sent until that time is over, and leaving the page undoes it. If
 * each row of your list has this hook, set `keepUndoable`, so that the row with the button to undo stays.
 *
 * The person's grant at the provider remains. They revoke it on the page that `data.revokeUrl` names.
 *
 * @example
 * ```tsx
 * // Nothing is sent for five seconds.
 * const { mutate: disconnect, undoable, undo } = useDisconnectAccount({ undoMs: 5000 })
 *
 * const disconnectAccount = () => {
 *   disconnect(account.id)
 * }
 * const undoAll = () => {
 *   undo()
 * }
 *
 * <button type="button" onClick={disconnectAccount}>Disconnect {account.connection}</button>
 * {undoable.length > 0 && <button type="button" onClick={undoAll}>Undo</button>}
 * ```
 */
export function useDisconnectAccount({
  undoMs,
  keepUndoable,
}: UseDisconnectAccountOptions = {}): UseDisconnectAccountResult {
  const { queries, client, user, connections, accountLabels } = useConnectedAccountsContext()
  const queryClient = useQueryClient()
  const settings = { queryClient, undoMs, keepUndoable, connections, accountLabels }
  const options = queries.disconnect(settings)
  const mutation = useMutation(options)
  const { mutationKey } = options
  const last = useMutationState<MutationState<DisconnectedAccount, Error, string>>({
    filters: { mutationKey },
  }).at(-1)
  const undoableOfAll = useSyncExternalStore(subscribeToUndoable, getUndoable, nothingUndoable)
  const undoable = undoableOfAll.filter(isUndoableBy(user, client.baseUrl))
  return {
    ...mutation,
    lastFailure: last?.error ? { id: last.variables ?? '', error: last.error } : undefined,
    undoable: undoable.map(({ id }) => id),
    undo: (id) => {
      undoDisconnects(user, client.baseUrl, id)
    },
  }
}

const NOTHING: readonly Undoable[] = []
/** Returns the same array each time, as `useSyncExternalStore` requires. */
const nothingUndoable = () => NOTHING
