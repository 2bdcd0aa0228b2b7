import { type ConnectedAccount, connectionHealth } from '@connected-accounts/client'
import { type UseAccountLabelResult, useAccountLabel } from '../../hooks/useAccountLabel.js'
import { useConnection } from '../../hooks/useConnection.js'
import type { ShownConnection } from '../lists/shown-connections.js'
import { fillPlural } from '../messages/text.js'
import { useRoot } from './context.js'

/** What the parts of a row show. */
export interface ItemState {
  account: ConnectedAccount
  shown: ShownConnection
  /** What tells it from other accounts, and whether and how that can be changed. */
  labels: UseAccountLabelResult
  state:
    | 'connected'
    | 'expiring'
    | 'missing_scopes'
    | 'expired'
    | 'unavailable'
    | 'reconnecting'
    | 'disconnecting'
  missingScopes: readonly string[]
  /** What the missing scopes allow, in words. */
  missing: readonly string[]
  /** What is wrong, in words. */
  summary: string
  /** True if it is the only account of its connection. */
  isOnly: boolean
}

/** Returns the state of a connected account. */
export function useItemState(account: ConnectedAccount): ItemState {
  const { accounts, show, messages, text, undoable, current } = useRoot()
  const { id, connection } = account
  const shown = show(connection)
  const { scopes } = shown
  const labels = useAccountLabel(id)
  const own = useConnection(connection, { accountId: id, scopes })
  // The application may have reported an error of the connection without saying which account it was about.
  const any = useConnection(connection, { scopes })
  const isOnly = accounts.filter((one) => one.connection === connection).length === 1
  const health = isOnly && own.status === 'connected' ? any : own
  const { missingScopes } = health
  // If the tenant's offer cannot be loaded, the account may still be reconnected.
  const { status } =
    health.status === 'error'
      ? connectionHealth(connection, { accounts: [account], scopes })
      : health
  const missing = missingScopes.map(
    (scope) => messages.scopes?.[scope] ?? shown.words[scope] ?? scope,
  )
  return {
    ...{ account, shown, labels, missingScopes, isOnly, missing },
    state: stateOf(status, undoable.includes(id), current?.accountId === id),
    summary:
      status === 'missing_scopes'
        ? fillPlural(messages.missingScopes, missing.length, messages.locale)
        : text(status === 'unavailable' ? 'unavailable' : 'expired'),
  }
}

function stateOf(
  status: ReturnType<typeof useConnection>['status'],
  isUndoable: boolean,
  isReconnecting: boolean,
): ItemState['state'] {
  if (isUndoable) return 'disconnecting'
  if (isReconnecting) return 'reconnecting'
  // While the lists behind the status are on their way, what is known is that the account is connected.
  const isUnknown = status === 'pending' || status === 'error' || status === 'not_connected'
  return isUnknown ? 'connected' : status
}
