import { type CompletedConnect, retryDelay } from '@connected-accounts/client'
import type { AccountsIdentity } from '@connected-accounts/client/browser'
import {
  type InfiniteData,
  type infiniteQueryOptions,
  type MutationKey,
  type QueryClient,
  type QueryFunction,
  type QueryKey,
  type queryOptions,
  type SkipToken,
  skipToken,
  type UseMutationOptions,
  type UseQueryOptions,
} from '@tanstack/react-query'

/**
 * What TanStack's `queryOptions` returns; its key knows the type of the data. `Skip` is `SkipToken` if the query may be
 * skipped. TanStack's suspense hooks do not take a query that may be skipped.
 */
export type QueryOptions<Data, Key extends QueryKey, Skip = SkipToken> = Omit<
  ReturnType<typeof queryOptions<Data, Error, Data, Key>>,
  'queryFn'
> & { queryFn?: QueryFunction<Data, Key> | Skip }

/** What TanStack's `infiniteQueryOptions` returns for pages that name the next page. */
export type InfiniteQueryOptions<Page, Key extends QueryKey, Skip = SkipToken> = Omit<
  ReturnType<typeof infiniteQueryOptions<Page, Error, Pages<Page>, Key, PageParam>>,
  'queryFn'
> & { queryFn?: QueryFunction<Page, Key, PageParam> | Skip }

/** The server's cursor of a page; undefined for the first page. */
export type PageParam = string | undefined

/** The data of an infinite query. */
export type Pages<Page> = InfiniteData<Page, PageParam>

/** What TanStack's `mutationOptions` returns. */
export type MutationOptions<Variables, Data = void> = UseMutationOptions<Data, Error, Variables> & {
  mutationKey: MutationKey
}

/** Whose accounts to list, and what the page wants to have a say in. */
export interface QueriesIdentity extends AccountsIdentity {
  /**
   * The page's QueryClient. With it, the lists are retried only if its `defaultOptions.queries.retry` allows it, too.
   * The hooks pass it.
   */
  queryClient?: QueryClient | undefined
  /** Called when one of these mutations, or the callback, has connected an account. */
  onConnect?: ((completed: CompletedConnect) => void) | undefined
}

/** Options of every query: without placeholder data, as a QueryClient's default could show the former user's list. */
export const withoutPlaceholder = { placeholderData: (): undefined => undefined }

/** Options of the queries that list: they are tried again if the client's `retryDelay` and the QueryClient allow it. */
export function listOptions({ queryClient }: QueriesIdentity, queryKey: QueryKey): ListOptions {
  return {
    ...withoutPlaceholder,
    retryDelay,
    retry: (failureCount, error) => {
      if (!Number.isFinite(retryDelay(failureCount, error))) return false
      return allowsRetry(queryClient?.defaultQueryOptions({ queryKey }).retry, failureCount, error)
    },
  }
}

/** Decides as TanStack Query does whether its option `retry` allows another try. If it is left out, it does. */
export function allowsRetry(
  retry: UseQueryOptions['retry'] = true,
  failureCount: number,
  error: Error,
): boolean {
  if (typeof retry === 'function') return retry(failureCount, error)
  return typeof retry === 'number' ? failureCount < retry : retry
}

interface ListOptions {
  placeholderData: () => undefined
  retryDelay: (failureCount: number, error: Error) => number
  retry: (failureCount: number, error: Error) => boolean
}

/**
 * Skips a query while nobody is logged in. Otherwise runs it once StrictMode has mounted the component again.
 *
 * @param ask - The query's function.
 */
export function whileLoggedIn<Context, Data>(
  { user }: AccountsIdentity,
  ask: (context: Context) => Promise<Data>,
): SkipToken | ((context: Context) => Promise<Data>) {
  if (user === undefined) return skipToken
  return async (context) => {
    await strictModeRemount()
    return ask(context)
  }
}

/**
 * Resolves after StrictMode has unmounted and mounted a component again, which it does at once. If a query reads its
 * abort signal before that, TanStack Query cancels the request and sends it a second time.
 */
function strictModeRemount(): Promise<void> {
  return Promise.resolve()
}
