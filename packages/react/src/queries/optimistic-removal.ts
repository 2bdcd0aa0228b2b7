import type { ConnectedAccount, ConnectedAccountsPage } from '@connected-accounts/client'
import type { AccountsIdentity } from '@connected-accounts/client/browser'
import { matchQuery, type Query, type QueryClient } from '@tanstack/react-query'
import { accountsKey } from './keys.js'
import type { Pages } from './options.js'

/** An account that is removed from every cached list while it is being disconnected. */
export interface OptimisticRemoval {
  /** The account as it was listed; undefined if no list had it. */
  account: ConnectedAccount | undefined
  /** Puts the account back in its place in each list. Other accounts stay as they are. */
  undo: () => void
  /** Ends the removal: lists that are fetched from now on may have the account. */
  end: () => void
}

/**
 * Removes an account from the cached lists, and from each list that is cached until the removal ends. Otherwise a list that
 * is fetched meanwhile would show the account again. So would an infinite list, because TanStack Query adds a fetched page
 * to the pages that it had when the fetch began.
 */
export function removeOptimistically(
  queryClient: QueryClient,
  identity: AccountsIdentity,
  id: string,
): OptimisticRemoval {
  const cache = queryClient.getQueryCache()
  const filter = { queryKey: accountsKey(identity) }
  const places = new Map<string, number>()
  let removed: ConnectedAccount | undefined

  const removeFrom = (query: CachedQuery): void => {
    changeLists(queryClient, query, (accounts, list) => {
      const index = accounts.findIndex((account) => account.id === id)
      if (index < 0) return accounts
      removed = accounts[index]
      places.set(list, index)
      return accounts.filter(({ id: other }) => other !== id)
    })
  }
  const putBackInto = (query: CachedQuery): void => {
    changeLists(queryClient, query, (accounts, list) => {
      const index = places.get(list)
      const isListed = accounts.some((account) => account.id === id)
      if (!removed || index === undefined || isListed) return accounts
      return [...accounts.slice(0, index), removed, ...accounts.slice(index)]
    })
  }

  cache.findAll(filter).forEach(removeFrom)
  const end = cache.subscribe((event) => {
    if (event.type !== 'updated' || !matchQuery(filter, event.query)) return
    // Reacts to fetched data only. Data that `setQueryData` has set comes from this function itself.
    const isFetched = event.action.type === 'success' && !event.action.manual
    if (isFetched) removeFrom(event.query)
  })
  return {
    account: removed,
    end,
    undo() {
      cache.findAll(filter).forEach(putBackInto)
    },
  }
}

/** What a query of accounts caches. */
type CachedAccounts = ConnectedAccount[] | Pages<ConnectedAccountsPage>

/** What is used of a query. */
type CachedQuery = Pick<Query, 'queryKey' | 'queryHash'>

/** Changes the accounts of a list; `list` names it, because each page of an infinite query is a list. */
type ChangeList = (accounts: ConnectedAccount[], list: string) => ConnectedAccount[]

/** Changes the cached list of a query, or each of its pages. */
function changeLists(
  queryClient: QueryClient,
  { queryKey, queryHash }: CachedQuery,
  change: ChangeList,
): void {
  queryClient.setQueryData<CachedAccounts>(queryKey, (cached) => {
    if (!cached) return undefined
    if (Array.isArray(cached)) return change(cached, queryHash)
    const pages = cached.pages.map((page, index) => ({
      ...page,
      accounts: change(page.accounts, `${queryHash} ${String(index)}`),
    }))
    return { ...cached, pages }
  })
}
