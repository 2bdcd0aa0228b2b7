'use client'

import { type UseMutationResult, useMutation, useQueryClient } from '@tanstack/react-query'
import { useCallback } from 'react'
import type { ConnectAccountOptions } from './connect.js'
import { useConnectedAccountsContext } from './context.js'

/** A mutation's result, and {@link UseConnectAccountResult.connect}. */
export type UseConnectAccountResult = UseMutationResult<void, Error, ConnectAccountOptions> & {
  /** Leaves for the provider. Does nothing while a flow is already starting, so that pressing twice starts one. */
  connect: (options: ConnectAccountOptions) => void
}

/**
 * Connects an account by leaving the page for the provider's; `useConnectCallback` completes it when the person is back.
 * Pending until the page has been left, and idle again where the back/forward cache restores it.
 * The error is a `MyAccountApiError`, with code `not_found` where the connection is not enabled for the application, or a
 * `ConnectFlowError` `storage_unavailable`.
 */
export function useConnectAccount(): UseConnectAccountResult {
  const { queries, redirectUri = pageOrigin(), transactions } = useConnectedAccountsContext()
  const queryClient = useQueryClient()
  const options = queries.connect({ redirectUri, transactions })
  const mutation = useMutation(options)
  const { mutate, reset } = mutation
  const connect = useCallback(
    (account: ConnectAccountOptions) => {
      const mutationKey = [...queries.key, 'connect']
      if (queryClient.isMutating({ mutationKey }) > 0) return
      // It succeeds only if the page goes on after all, and then there is nothing to tell.
      mutate(account, { onSuccess: reset })
    },
    [queryClient, queries, mutate, reset],
  )
  return { ...mutation, connect }
}

function pageOrigin(): string {
  return typeof window === 'undefined' ? '' : window.location.origin
}
