import type {
  InfiniteData,
  infiniteQueryOptions,
  MutationKey,
  QueryFunction,
  QueryKey,
  queryOptions,
  SkipToken,
  UseMutationOptions,
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
