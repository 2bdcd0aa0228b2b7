import {
  type AccountLabels,
  type ConnectionDefinition,
  findConnection,
} from '@connected-accounts/client'
import { type AccountsIdentity, disconnectAccount } from '@connected-accounts/client/browser'
import { undoDisconnects } from '@connected-accounts/client/internal'
import type { QueryClient } from '@tanstack/react-query'
import { forgetAccountLabel } from './account-labels.js'
import { identityKey, refreshAccounts } from './keys.js'
import { type OptimisticRemoval, removeOptimistically } from './optimistic-removal.js'
import type { MutationOptions } from './options.js'

/** What the mutation that disconnects an account needs. */
export interface DisconnectSettings {
  /** The QueryClient whose lists the account leaves. */
  queryClient: QueryClient
  /** How long the disconnect can be undone, in milliseconds. Nothing is sent before. Default: 0, sent at once. */
  undoMs?: number | undefined
  /** True to keep the account in the lists until the time to undo is over. Default: false, it leaves them at once. */
  keepUndoable?: boolean | undefined
  /** Your connections from `defineConnections`. The `revokeUrl` of the result comes from them. */
  connections?: Record<string, ConnectionDefinition> | undefined
  /** Keeps the labels of accounts: that of the account is deleted with it. */
  accountLabels?: AccountLabels | undefined
}

/** The result of disconnecting an account. */
export interface DisconnectedAccount {
  id: string
  /** True if it was undone in time. Then nothing was sent, and the account is still connected. */
  undone: boolean
  /** The provider's page on which the person revokes the grant, if your connections name it. */
  revokeUrl: string | undefined
}

/** The disconnects under way, by user and id: a second call for an account shares the first one's result. */
const underWay = new Map<string, Promise<DisconnectedAccount>>()

/**
 * Returns the options of the mutation that deletes an account by its id. The account leaves the cached lists at once,
 * unless `keepUndoable` is set, and comes back if the server refuses. A 404 counts as done only if the account is no longer listed. The mutation is never
 * retried, and two calls at once send one request. `queryClient.clear()` undoes what can still be undone.
 */
export function disconnectOptions(
  identity: AccountsIdentity,
  settings: DisconnectSettings,
): MutationOptions<string, DisconnectedAccount> {
  return {
    mutationKey: [...identityKey(identity), 'disconnect'],
    networkMode: 'always', // without a network it fails at once, and does not delete the account much later
    retry: false,
    mutationFn: (id) => {
      const name = JSON.stringify([identityKey(identity), id])
      const known = underWay.get(name)
      if (known) return known
      const disconnected = disconnect(identity, settings, id).finally(() => underWay.delete(name))
      underWay.set(name, disconnected)
      return disconnected
    },
  }
}

async function disconnect(
  identity: AccountsIdentity,
  { queryClient, undoMs, keepUndoable, connections = {}, accountLabels }: DisconnectSettings,
  id: string,
): Promise<DisconnectedAccount> {
  const { client, user } = identity
  let removal: OptimisticRemoval | undefined
  const remove = () => {
    removal ??= removeOptimistically(queryClient, identity, id)
  }
  if (!keepUndoable) remove()
  const stopListening = queryClient.getMutationCache().subscribe(({ type, mutation }) => {
    // TanStack Query removes a pending mutation only if the application clears its QueryClient.
    const isCleared = type === 'removed' && mutation.state.status === 'pending'
    if (isCleared && mutation.state.variables === id) undoDisconnects(user, client.baseUrl, id)
  })
  try {
    const undone = await disconnectAccount(client, id, { user, undoMs, onSend: remove })
    if (undone) removal?.undo()
    else void forgetAccountLabel(queryClient, identity, { labels: accountLabels, accountId: id })
    const definition = findConnection(connections, removal?.account?.connection)
    return { id, undone, revokeUrl: definition?.revokeUrl }
  } catch (error) {
    removal?.undo()
    throw error
  } finally {
    stopListening()
    removal?.end()
    void refreshAccounts(queryClient, identity)
  }
}
