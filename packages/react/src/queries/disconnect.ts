import type { ConnectionDefinition } from '@connected-accounts/client'
import { type AccountsIdentity, disconnectAccount } from '@connected-accounts/client/browser'
import type { QueryClient } from '@tanstack/react-query'
import { identityKey, refreshAccounts } from './keys.js'
import { hide } from './optimistic-removal.js'
import type { MutationOptions } from './options.js'

/** What the mutation needs to keep the cached lists right. */
export interface DisconnectSettings {
  queryClient: QueryClient
  /** How long it can be undone, in milliseconds; nothing is sent before. By default 0: sent at once. */
  undoMs?: number | undefined
  /** Where the `revokeUrl` of the result comes from. */
  connections?: Record<string, ConnectionDefinition> | undefined
}

/** What came of disconnecting an account. */
export interface DisconnectedAccount {
  id: string
  /** True where it was undone in time: nothing was sent, and the account is connected as before. */
  undone: boolean
  /** The provider's page on which the person revokes the grant, where the application's connections name it. */
  revokeUrl: string | undefined
}

/** What is under way, by user and id: a second call for an account is the first one's. */
const underWay = new Map<string, Promise<DisconnectedAccount>>()

/**
 * Options of the mutation that deletes the account with an id. The account leaves the cached lists at once and comes back
 * if the server refuses. A 404 counts as done only if the account is no longer listed. Never tried twice, and
 * called twice at once it is one.
 */
export function disconnectOptions(
  identity: AccountsIdentity,
  { queryClient, undoMs, connections = {} }: DisconnectSettings,
): MutationOptions<string, DisconnectedAccount> {
  const { client, user } = identity
  async function disconnect(id: string): Promise<DisconnectedAccount> {
    const { account, release, putBack } = hide(queryClient, identity, id)
    const definition = Object.values(connections).find(
      ({ connection }) => connection === account?.connection,
    )
    try {
      const undone = await disconnectAccount(client, id, { user, undoMs })
      if (undone) putBack()
      return { id, undone, revokeUrl: definition?.revokeUrl }
    } catch (error) {
      putBack()
      throw error
    } finally {
      release()
      void refreshAccounts(queryClient, identity)
    }
  }
  return {
    mutationKey: [...identityKey(identity), 'disconnect'],
    networkMode: 'always', // fails at once where there is no network, rather than delete much later
    retry: false,
    mutationFn: (id) => {
      const name = JSON.stringify([identityKey(identity), id])
      const shared = underWay.get(name) ?? disconnect(id).finally(() => underWay.delete(name))
      underWay.set(name, shared)
      return shared
    },
  }
}
