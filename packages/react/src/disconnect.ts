import {
  type ConnectedAccount,
  deleteConnectedAccount,
  isMyAccountApiError,
} from '@connected-accounts/client'
import { mutationOptions, type QueryClient, type QueryKey } from '@tanstack/react-query'
import { accountsKey, type Identity, identityKey } from './keys.js'
import type { MutationOptions } from './options.js'

/** What the mutation needs to keep the cached lists right. */
export interface DisconnectSettings {
  queryClient: QueryClient
}

/**
 * Options of the mutation that deletes the account with an id. The account leaves the cached lists at once and comes back
 * if the server refuses; an account that the server does not know is gone already.
 */
export function disconnectOptions(
  identity: Identity,
  { queryClient }: DisconnectSettings,
): MutationOptions<string, RemovedAccount[]> {
  const mutationKey = [...identityKey(identity), 'disconnect']
  const queryKey = accountsKey(identity)
  return mutationOptions({
    mutationKey,
    networkMode: 'always', // fails at once where there is no network, rather than delete much later
    mutationFn: (id: string) => deleteUnlessGone(identity, id),
    onMutate: async (id) => {
      await queryClient.cancelQueries({ queryKey })
      return removeFromLists(queryClient, queryKey, id)
    },
    onError: (_error, _id, removed) => {
      for (const one of removed ?? []) putBack(queryClient, one)
    },
    onSettled: async () => {
      // The last of several refetches, so that no list shows an account whose deletion is still under way.
      if (queryClient.isMutating({ mutationKey }) > 1) return
      await queryClient.invalidateQueries({ queryKey })
    },
  })
}

async function deleteUnlessGone({ client }: Identity, id: string): Promise<void> {
  try {
    await deleteConnectedAccount(client, id)
  } catch (error) {
    if (!isMyAccountApiError(error) || error.code !== 'not_found') throw error
  }
}

/** An account taken out of a cached list, and its place there. */
export interface RemovedAccount {
  queryKey: QueryKey
  account: ConnectedAccount
  index: number
}

function removeFromLists(
  queryClient: QueryClient,
  queryKey: QueryKey,
  id: string,
): RemovedAccount[] {
  const lists = queryClient.getQueriesData<ConnectedAccount[]>({ queryKey })
  return lists.flatMap(([queryKey, accounts = []]) => {
    const index = accounts.findIndex((account) => account.id === id)
    const account = accounts[index]
    if (!account) return []
    queryClient.setQueryData(queryKey, accounts.toSpliced(index, 1))
    return [{ queryKey, account, index }]
  })
}

/** Puts back the one account only: another that was removed meanwhile stays removed. */
function putBack(queryClient: QueryClient, { queryKey, account, index }: RemovedAccount): void {
  queryClient.setQueryData<ConnectedAccount[]>(queryKey, (accounts) => {
    if (!accounts || accounts.some(({ id }) => id === account.id)) return accounts
    return accounts.toSpliced(index, 0, account)
  })
}
