import type { MutationKey, QueryKey, queryOptions, UseMutationOptions } from '@tanstack/react-query'

/** What TanStack's `queryOptions` answers for a query that may be skipped; its key knows the type of its data. */
export type QueryOptions<Data, Key extends QueryKey> = ReturnType<
  typeof queryOptions<Data, Error, Data, Key>
>

/** What TanStack's `mutationOptions` answers for a mutation that answers nothing. */
export type MutationOptions<Variables, OnMutateResult = unknown> = UseMutationOptions<
  void,
  Error,
  Variables,
  OnMutateResult
> & { mutationKey: MutationKey }
