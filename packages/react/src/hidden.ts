import type { ConnectedAccount, ConnectedAccountsPage } from '@connected-accounts/client'
import type { QueryClient, QueryKey } from '@tanstack/react-query'
import { accountsKey, type Identity } from './keys.js'
import type { Pages } from './options.js'

/** What a query of accounts caches: a list, or pages. */
type Cached = ConnectedAccount[] | Pages<ConnectedAccountsPage>

/** Where an account was in the cache. */
interface Place {
  queryKey: QueryKey
  page: number
  index: number
  account: ConnectedAccount
}

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
export function hide(queryClient: QueryClient, identity: Identity, id: string): HiddenAccount {
  hidden.add(id)
  const places = findAccount(queryClient, identity, id)
  for (const place of places) change(queryClient, place, withoutHidden)
  return {
    account: places[0]?.account,
    release: () => void hidden.delete(id),
    putBack: () => {
      for (const place of places) {
        const { index, account } = place
        change(queryClient, place, (accounts) =>
          accounts.some((one) => one.id === id) ? accounts : accounts.toSpliced(index, 0, account),
        )
      }
    },
  }
}

function findAccount(queryClient: QueryClient, identity: Identity, id: string): Place[] {
  const lists = queryClient.getQueriesData<Cached>({ queryKey: accountsKey(identity) })
  return lists.flatMap(([queryKey, cached = []]) => {
    const pages = Array.isArray(cached) ? [cached] : cached.pages.map(({ accounts }) => accounts)
    return pages.flatMap((accounts, page) => {
      const index = accounts.findIndex((account) => account.id === id)
      const account = accounts[index]
      return account ? [{ queryKey, page, index, account }] : []
    })
  })
}

function change(
  queryClient: QueryClient,
  { queryKey, page }: Place,
  edit: (accounts: ConnectedAccount[]) => ConnectedAccount[],
): void {
  queryClient.setQueryData<Cached>(queryKey, (cached) => {
    if (!cached || Array.isArray(cached)) return cached && edit(cached)
    const pages = cached.pages.map((one, at) =>
      at === page ? { ...one, accounts: edit(one.accounts) } : one,
    )
    return { ...cached, pages }
  })
}
