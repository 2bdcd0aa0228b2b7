import { retryDelay } from '@connected-accounts/client'
import type { AccountsIdentity } from '@connected-accounts/client/browser'
import {
  type InfiniteData,
  type infiniteQueryOptions,
  type MutationKey,
  type QueryFunction,
  type QueryKey,
  type queryOptions,
  type SkipToken,
  skipToken,
  type UseMutationOptions,
} from '@tanstack/react-query'

/**
 * What TanStack's `queryOptions` answers; its key knows the type of its data. `Skip` is `SkipToken` where the query may be
 * skipped, which the suspense hooks of TanStack do not take.
 */
export type QueryOptions<Data, Key extends QueryKey, Skip = SkipToken> = Omit<
  ReturnType<typeof queryOptions<Data, Error, Data, Key>>,
  'queryFn'
> & { queryFn?: QueryFunction<Data, Key> | Skip }

/** What TanStack's `infiniteQueryOptions` answers for pages that name the next one. */
export type InfiniteQueryOptions<Page, Key extends QueryKey, Skip = SkipToken> = Omit<
  ReturnType<typeof infiniteQueryOptions<Page, Error, Pages<Page>, Key, PageParam>>,
  'queryFn'
> & { queryFn?: QueryFunction<Page, Key, PageParam> | Skip }

/** Where a page begins; the first is `undefined`. */
export type PageParam = string | undefined

/** The data of an infinite query. */
export type Pages<Page> = InfiniteData<Page, PageParam>

/** What TanStack's `mutationOptions` answers. */
export type MutationOptions<Variables, Data = void> = UseMutationOptions<Data, Error, Variables> & {
  mutationKey: MutationKey
}

/** What all of our queries have. */
export const everyQuery = {
  retry: (failureCount: number, error: Error): boolean =>
    retryDelay(failureCount, error) < Number.POSITIVE_INFINITY,
  retryDelay,
  placeholderData: () => undefined, // a QueryClient's default could show the former user's list
}

/**
 * A query's function, skipped while nobody is logged in. It runs a moment later: TanStack Query cancels what has taken its
 * signal when the last component is gone, which under StrictMode is each component's first moment.
 */
export function whileLoggedIn<Context, Data>(
  { user }: AccountsIdentity,
  ask: (context: Context) => Promise<Data>,
): SkipToken | ((context: Context) => Promise<Data>) {
  if (user === undefined) return skipToken
  return async (context) => {
    await undefined
    return ask(context)
  }
}
