'use client'

import {
  type ConnectionReference,
  type ConnectionRequiredError,
  isConnectionRequiredError,
} from '@connected-accounts/client'
import { connectionName } from '@connected-accounts/client/internal'
import {
  type MutationKey,
  type UseMutationOptions,
  type UseMutationResult,
  useMutation,
  useQueryClient,
} from '@tanstack/react-query'
import { useCallback } from 'react'
import { useConnectedAccountsContext } from '../ConnectedAccountsProvider.js'
import type { UseConnectAccountOptions } from '../hooks/useConnectAccount.js'
import { identityKey, loggedIn } from '../queries/keys.js'
import { checkCall } from './check-options.js'
import { callApi } from './required-connection.js'
import { type Offers, useOffers } from './useOffers.js'
import { type ConnectedOptions, type ReconnectResult, useReconnect } from './useReconnect.js'

/** Options of {@link useConnectedCall}. */
export type UseConnectedCallOptions<
  Data,
  Variables,
  Reference extends ConnectionReference = ConnectionReference,
> = ConnectedOptions<Reference> &
  WayToReconnect &
  Pick<
    UseMutationOptions<Data, Error, Variables>,
    'onMutate' | 'onSuccess' | 'onError' | 'onSettled' | 'meta'
  > & {
    /**
     * Calls your API. A `connection_required` counts if it is thrown, or returned: as a `Response`, as its problem details, or as the
     * `error` of a result. Your API must say it before it has done anything, because the call is made again afterwards.
     */
    fn: (variables: Variables) => Promise<Data>
    /**
     * After a redirect the person decides whether to go on. Only `useConnectedQuery` can go on by itself, because only a query is safe
     * to repeat without a question.
     */
    resume?: 'ask' | undefined
  }

/**
 * How the person gets to the provider. A redirect needs a `key`, because the call waits under it in `sessionStorage`. A popup without
 * a `key` that the browser blocks fails with `popup_blocked`.
 */
export type WayToReconnect =
  | {
      /** Names the call, like `['create-event']`. Its variables must be JSON, at most 2048 bytes of it. */
      key: MutationKey
      /** See `useConnectAccount`. Default: `redirect`. */
      mode?: UseConnectAccountOptions['mode']
      /** See `useConnectAccount`. Default: `redirect`. */
      onBlocked?: UseConnectAccountOptions['onBlocked']
    }
  | { key?: undefined; mode: 'popup' | 'session'; onBlocked?: 'throw' | undefined }

/** What {@link useConnectedCall} returns. */
export type UseConnectedCallResult<Data, Variables> = ReconnectResult<Variables> &
  Pick<UseMutationResult<Data, Error, Variables>, 'mutate' | 'mutateAsync' | 'reset'> &
  CallOutcome<Data>

/** The outcome of the last call. */
export type CallOutcome<Data> =
  | { status: 'idle' | 'pending'; data: undefined; error: null; required: undefined }
  | { status: 'success'; data: Data; error: null; required: undefined }
  | { status: 'error'; data: undefined; error: Error; required: undefined }
  | {
      /** The API has said `connection_required`. Show a button that calls `reconnect()`. */
      status: 'needs_connection'
      data: undefined
      error: null
      /** What is missing: its `connection`, `scopes`, `reason` and `accountId`. */
      required: ConnectionRequiredError
    }

/**
 * Calls your API as TanStack's `useMutation` does. If the API says `connection_required`, the person reconnects the account, and the
 * call is made again: once, for the same user, with the same account, and not after a cancel. A call that fails in another way, such
 * as by the network, is never made again by itself.
 *
 * @returns TanStack's `mutate`, `mutateAsync`, `reset`, `data` and `error`, the status `needs_connection`, and how to reconnect.
 * @throws {TypeError} if an option is wrong: `key` is missing with a redirect, or `resume` is `auto`.
 * @example
 * ```tsx
 * const { mutate, status, reconnect, pendingCall } = useConnectedCall({
 *   key: ['create-event'],
 *   fn: async (title: string) => {
 *     const response = await fetch('/api/events', { method: 'POST', body: JSON.stringify({ title }) })
 *     await throwIfConnectionRequired(response)
 *     if (!response.ok) throw new Error(response.statusText)
 *   },
 *   connection: 'google-oauth2',
 *   scopes: ['https://www.googleapis.com/auth/calendar.events'],
 *   mode: 'popup',
 * })
 * const create = () => {
 *   mutate('Lunch')
 * }
 * const connect = () => {
 *   reconnect()
 * }
 *
 * <button type="button" onClick={create}>Create event</button>
 * {status === 'needs_connection' && <button type="button" onClick={connect}>Connect Google</button>}
 * {pendingCall && <button type="button" onClick={pendingCall.run}>Create {pendingCall.variables}</button>}
 * ```
 */
export function useConnectedCall<
  Data,
  Variables = void,
  Reference extends ConnectionReference = ConnectionReference,
>(
  options: UseConnectedCallOptions<Data, Variables, Reference>,
): UseConnectedCallResult<Data, Variables> {
  checkCall(options)
  const { fn, key, connection, scopes, accountId, loginHint, mode, ...rest } = options
  const { resume: _, onBlocked = key ? undefined : 'throw', ...callbacks } = rest
  const { client, user } = useConnectedAccountsContext()
  const queryClient = useQueryClient()
  const identity = { client, user }
  const offers = useOffers(key, 'ask')
  const mutation = useMutation<Data, Error, Variables>({
    ...callbacks,
    mutationKey: [...identityKey(identity), 'call', key ?? connectionName(connection)],
    networkMode: 'always', // without a network it fails at once, and is not sent much later
    retry: false, // not safe to repeat
    throwOnError: false, // the error is in the result, and `connection_required` is none
    mutationFn: async (variables) => {
      loggedIn(identity)
      return callApi({ ...identity, queryClient, accountId }, () => fn(variables))
    },
  })
  const { mutate, error, variables, isIdle } = mutation
  const required = isConnectionRequiredError(error) ? error : undefined
  const { isLoading, ...reconnect } = useReconnect<Variables>(
    { connection, scopes, accountId, loginHint, mode, onBlocked },
    { required, isIdle, isQuery: false, variables, start: mutate, offers },
  )
  return {
    ...reconnect,
    ...outcomeOf(mutation, { required: reconnect.required, isLoading }),
    ...useAnew(mutation, offers.make),
  }
}

/** Returns what calls anew, which ends what was offered. */
function useAnew<Data, Variables>(
  { mutate, mutateAsync, reset }: UseMutationResult<Data, Error, Variables>,
  make: Offers['make'],
): Pick<UseMutationResult<Data, Error, Variables>, 'mutate' | 'mutateAsync' | 'reset'> {
  return {
    mutate: useCallback(
      (...given) => {
        make(undefined)
        mutate(...given)
      },
      [make, mutate],
    ),
    mutateAsync: useCallback(
      (...given) => {
        make(undefined)
        return mutateAsync(...given)
      },
      [make, mutateAsync],
    ),
    reset: useCallback(() => {
      make(undefined)
      reset()
    }, [make, reset]),
  }
}

interface Needed {
  required: ConnectionRequiredError | undefined
  isLoading: boolean
}

function outcomeOf<Data, Variables>(
  { status, data, error }: UseMutationResult<Data, Error, Variables>,
  { required, isLoading }: Needed,
): CallOutcome<Data> {
  const nothing = { data: undefined, error: null, required: undefined }
  if (required && !isLoading) return { ...nothing, status: 'needs_connection', required }
  if (required) return { ...nothing, status: 'pending' }
  if (status === 'success') return { ...nothing, status, data }
  return status === 'error' ? { ...nothing, status, error } : { ...nothing, status }
}
