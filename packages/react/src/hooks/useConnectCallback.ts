'use client'

import { type CompletedConnectedAccount, isConnectFlowError } from '@connected-accounts/client'
import { useQuery } from '@tanstack/react-query'
import { useEffect } from 'react'
import { useConnectedAccountsContext } from '../ConnectedAccountsProvider.js'
import { usePendingCallback } from './usePendingCallback.js'

/** How far the flow is that the page was opened to complete; `idle` where there is none. */
export type UseConnectCallbackResult = {
  /** Tries again, where the network failed. */
  retry: () => void
} & (Nothing<'idle'> | Nothing<'pending'> | Success | Failure)

interface Nothing<Status> {
  status: Status
  account: undefined
  appState: undefined
  reconnectAccountId: undefined
  returnTo: undefined
  error: null
}

interface Success {
  status: 'success'
  account: CompletedConnectedAccount
  appState: unknown
  /** Id of the account that was to be connected again; where `account` has another, the person chose another one. */
  reconnectAccountId: string | undefined
  returnTo: string | undefined
  error: null
}

interface Failure {
  status: 'error'
  account: undefined
  appState: unknown
  reconnectAccountId: string | undefined
  returnTo: string | undefined
  error: Error
}

/**
 * Completes the flow that the page was opened to complete, once: also under StrictMode, after a reload and when mounted
 * again. Waits while nobody is logged in, leaves the callback of a login alone, removes the callback's parameters from
 * the address bar, and refreshes the lists of accounts. To go on to `returnTo`, replace the history entry.
 *
 * The error is a `ConnectFlowError` (`access_denied` where the person refused; the other codes are those of the client's
 * `completeConnect`), a `MyAccountApiError`, or a network failure, after which `retry()` or a reload resumes.
 */
export function useConnectCallback(): UseConnectCallbackResult {
  const { queries, transactions, user } = useConnectedAccountsContext()
  const seen = usePendingCallback()
  const query = useQuery(queries.callback({ callbackUrl: seen?.url, transactions }))
  const { status, data, error, refetch } = query

  useEffect(() => {
    if (user !== undefined) seen?.clear()
  }, [seen, user])
  useEffect(() => {
    if (status !== 'pending') seen?.markHandled(status, user)
  }, [seen, status, user])

  const retry = () => void refetch()
  if (!seen || seen.isStale(error, user)) return { ...nothing, status: 'idle', retry }
  if (status === 'pending') return { ...nothing, status, retry }
  if (status === 'success') return { ...nothing, ...data, status, retry }
  const { appState, reconnectAccountId, returnTo } = isConnectFlowError(error) ? error : nothing
  return { ...nothing, appState, reconnectAccountId, returnTo, status, error, retry }
}

const nothing = {
  account: undefined,
  appState: undefined,
  reconnectAccountId: undefined,
  returnTo: undefined,
  error: null,
}
