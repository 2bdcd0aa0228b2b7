import type { ConnectedAccount, ConnectionStatus } from '@connected-accounts/client'
import { useAccountHealth } from '../../hooks/useAccountHealth.js'
import { type UseAccountLabelResult, useAccountLabel } from '../../hooks/useAccountLabel.js'
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
  const { accounts, connections, show, messages, text, undoable, current } = useRoot()
  const { id, connection } = account
  const shown = show(connection)
  const { scopes } = shown
  const labels = useAccountLabel(id)
  const lists = { accounts, connections, scopes }
  const { status, missingScopes, isOnly } = useAccountHealth(account, lists)
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
  status: ConnectionStatus,
  isUndoable: boolean,
  isReconnecting: boolean,
): ItemState['state'] {
  if (isUndoable) return 'disconnecting'
  if (isReconnecting) return 'reconnecting'
  return status === 'not_connected' ? 'connected' : status // an account in the list is connected
}
