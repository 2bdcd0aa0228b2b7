import type { ConnectedAccount, ConnectedAccountsPage } from '@connected-accounts/client'
import type { AccountsIdentity } from '@connected-accounts/client/browser'
import type { QueryClient } from '@tanstack/react-query'
import { accountsKey } from './keys.js'
import type { Pages } from './options.js'

/** What a query of accounts caches: a list, or pages. */
type Cached = ConnectedAccount[] | Pages<ConnectedAccountsPage>

/** An account that no list shows. */
export interface HiddenAccount {
  /** As it was listed, where it was. */
  account: ConnectedAccount | undefined
  /** Lets lists that are fetched from now on have it. */
  release: () => void
  /** Puts it back where it was: it alone, as another that was hidden meanwhile stays hidden. */
  putBack: () => void
}

/** Ids of the accounts that are being disconnected. */
const hidden = new Set<string>()

/** The accounts that are not being disconnected: a list that is fetched meanwhile does not bring one back. */
export function withoutHidden(accounts: ConnectedAccount[]): ConnectedAccount[] {
  return accounts.filter(({ id }) => !hidden.has(id))
}

/** Takes an account out of the cached lists, and keeps it out of those that are fetched. */
export function hide(
  queryClient: QueryClient,
  identity: AccountsIdentity,
  id: string,
): HiddenAccount {
  const places = new Map<string, number>()
  let account: ConnectedAccount | undefined
  hidden.add(id)
  changeLists(queryClient, identity, (accounts, list) => {
    const index = accounts.findIndex((one) => one.id === id)
    account = accounts[index] ?? account
    places.set(list, index)
    return withoutHidden(accounts)
  })
  return {
    account,
    release: () => void hidden.delete(id),
    putBack: () =>
      changeLists(queryClient, identity, (accounts, list) => {
        const index = places.get(list) ?? -1
        return account && index >= 0 && !accounts.some((one) => one.id === id)
          ? accounts.toSpliced(index, 0, account)
          : accounts
      }),
  }
}

/** Changes every cached list of accounts, by itself or as a page; each has a name of its own. */
function changeLists(
  queryClient: QueryClient,
  identity: AccountsIdentity,
  change: (accounts: ConnectedAccount[], list: string) => ConnectedAccount[],
): void {
  for (const query of queryClient.getQueryCache().findAll({ queryKey: accountsKey(identity) })) {
    const { queryKey, queryHash } = query
    queryClient.setQueryData<Cached>(queryKey, (cached) => {
      if (!cached || Array.isArray(cached)) return cached && change(cached, queryHash)
      const pages = cached.pages.map((page, at) => ({
        ...page,
        accounts: change(page.accounts, queryHash + at),
      }))
      return { ...cached, pages }
    })
  }
}
