'use client'

import {
  type ConnectionReference,
  type ConnectionRequiredError,
  isConnectionRequiredError,
} from '@connected-accounts/client'
import {
  type QueryFunctionContext,
  type QueryKey,
  type UseQueryOptions,
  type UseQueryResult,
  useQuery,
  useQueryClient,
} from '@tanstack/react-query'
import { useCallback, useEffect } from 'react'
import { useConnectedAccountsContext } from '../ConnectedAccountsProvider.js'
import type { UseConnectionOptions } from '../hooks/useConnection.js'
import { identityKey } from '../queries/keys.js'
import { allowsRetry, whileLoggedIn } from '../queries/options.js'
import { checkQuery } from './check-options.js'
import { callApi } from './required-connection.js'
import { useOffers } from './useOffers.js'
import { type ConnectedOptions, type ReconnectResult, useReconnect } from './useReconnect.js'

/** Options of {@link useConnectedQuery}. */
export interface UseConnectedQueryOptions<
  Data,
  Reference extends ConnectionReference = ConnectionReference,
> extends ConnectedOptions<Reference>,
    Pick<UseConnectionOptions, 'mode' | 'onBlocked'>,
    Pick<
      UseQueryOptions<Data>,
      | 'enabled'
      | 'staleTime'
      | 'gcTime'
      | 'refetchInterval'
      | 'refetchOnWindowFocus'
      | 'retry'
      | 'meta'
    > {
  /** TanStack's query key, like `['events', day]`. The user is added to its end, so that one user never sees another's data. */
  key: QueryKey
  /** Calls your API. See the `fn` of `useConnectedCall` for what counts as `connection_required`. */
  fn: (context: { signal: AbortSignal }) => Promise<Data>
  /**
   * What happens after a redirect. `auto`: the query runs by itself. `ask`: it waits until the person runs the `pendingCall`. Default:
   * `auto`.
   */
  resume?: 'ask' | 'auto' | undefined
}

/** What {@link useConnectedQuery} returns. */
export type UseConnectedQueryResult<Data> = ReconnectResult &
  Pick<UseQueryResult<Data>, 'isFetching'> & {
    /** Fetches again. */
    refetch: () => void
  } & QueryOutcome<Data>

/** The outcome of a query. */
export type QueryOutcome<Data> =
  | { status: 'pending'; data: Data | undefined; error: null; required: undefined }
  | { status: 'success'; data: Data; error: null; required: undefined }
  | { status: 'error'; data: Data | undefined; error: Error; required: undefined }
  | {
      /** The API has said `connection_required`. Show a button that calls `reconnect()`. */
      status: 'needs_connection'
      /** What was fetched before, if it was. */
      data: Data | undefined
      error: null
      /** What is missing: its `connection`, `scopes`, `reason` and `accountId`. */
      required: ConnectionRequiredError
    }

/**
 * Calls your API as TanStack's `useQuery` does. If the API says `connection_required`, the person reconnects the account, and the
 * query runs again: by itself if it is the same account.
 *
 * @returns TanStack's `data`, `error`, `isFetching` and `refetch`, the status `needs_connection`, and how to reconnect.
 * @throws {TypeError} if an option is wrong.
 * @example
 * ```tsx
 * const { data, status, required, reconnect } = useConnectedQuery({
 *   key: ['events'],
 *   fn: async ({ signal }) => {
 *     const response = await fetch('/api/events', { signal })
 *     await throwIfConnectionRequired(response)
 *     if (!response.ok) throw new Error(response.statusText)
 *     return response.json()
 *   },
 *   connection: 'google-oauth2',
 *   scopes: ['https://www.googleapis.com/auth/calendar.readonly'],
 *   mode: 'popup',
 * })
 * const connect = () => {
 *   reconnect()
 * }
 *
 * {status === 'needs_connection' && <button type="button" onClick={connect}>Connect Google</button>}
 * ```
 */
export function useConnectedQuery<
  Data,
  Reference extends ConnectionReference = ConnectionReference,
>(options: UseConnectedQueryOptions<Data, Reference>): UseConnectedQueryResult<Data> {
  checkQuery(options)
  const { fn, key, resume = 'auto', connection, scopes, accountId, loginHint, ...rest } = options
  const { mode, onBlocked, enabled, retry, ...queryOptions } = rest
  const { client, user } = useConnectedAccountsContext()
  const queryClient = useQueryClient()
  const identity = { client, user }
  const queryKey: QueryKey = [...key, ...identityKey(identity)]
  const offers = useOffers(key, resume)
  const { make, isResumed } = offers
  const query = useQuery<Data>({
    ...queryOptions,
    queryKey,
    queryFn: whileLoggedIn(identity, ({ signal }: QueryFunctionContext) =>
      callApi({ ...identity, queryClient, accountId }, () => fn({ signal })),
    ),
    ...((offers.isHeld || enabled !== undefined) && { enabled: offers.isHeld ? false : enabled }),
    retry: (failureCount, error) => {
      const { retry: byDefault = TANSTACK_RETRIES } = queryClient.defaultQueryOptions({ queryKey })
      return (
        !isConnectionRequiredError(error) && allowsRetry(retry ?? byDefault, failureCount, error)
      )
    },
    throwOnError: false,
  })
  const { refetch, error, isFetching } = query
  const { required, isLoading, ...result } = useReconnect<unknown>(
    { connection, scopes, accountId, loginHint, mode, onBlocked },
    {
      required: isConnectionRequiredError(error) ? error : undefined,
      isIdle: query.isPending && !isFetching,
      isQuery: true,
      variables: undefined,
      async start() {
        const filter = { queryKey, exact: true }
        // A request under way may have been refused already.
        if (queryClient.isFetching(filter)) await queryClient.cancelQueries(filter)
        void refetch()
      },
      offers,
    },
  )
  useEffect(() => {
    if (isResumed) void refetch({ cancelRefetch: false }) // may be under way, as the query is no longer held
  }, [isResumed, refetch])
  return {
    ...result,
    ...outcomeOf(query, { required, isLoading }),
    isFetching,
    refetch: useCallback(() => {
      make(undefined)
      void refetch()
    }, [make, refetch]),
  }
}

/** How often TanStack Query tries again by default. */
const TANSTACK_RETRIES = 3

function outcomeOf<Data>(
  query: UseQueryResult<Data>,
  { required, isLoading }: { required: ConnectionRequiredError | undefined; isLoading: boolean },
): QueryOutcome<Data> {
  const { data } = query
  const nothing = { error: null, required: undefined }
  if (required && !isLoading) return { ...nothing, status: 'needs_connection', data, required }
  if (required) return { ...nothing, status: 'pending', data }
  if (query.isSuccess) return { ...nothing, status: 'success', data: query.data }
  if (query.isError) return { ...nothing, status: 'error', data, error: query.error }
  return { ...nothing, status: 'pending', data }
}
