'use client'

import { type CompletedConnectedAccount, isConnectFlowError } from '@connected-accounts/client'
import { useQuery } from '@tanstack/react-query'
import { useEffect } from 'react'
import { clearAddressBar, markAnswered, type SeenCallback } from './callback-url.js'
import { useConnectedAccountsContext } from './context.js'
import { readFlowState } from './repairs.js'
import { useSeenCallback } from './useSeenCallback.js'

/** How far the flow is that the page was opened to complete; `idle` where there is none. */
export type UseConnectCallbackResult = {
  /** Tries again, where the network failed. */
  retry: () => void
} & (Nothing<'idle'> | Nothing<'pending'> | Success | Failure)

interface Nothing<Status> {
  status: Status
  account: undefined
  appState: undefined
  repairs: undefined
  returnTo: undefined
  error: null
}

interface Success {
  status: 'success'
  account: CompletedConnectedAccount
  appState: unknown
  /** Id of the account that was to be connected again; where `account` has another, the person chose another one. */
  repairs: string | undefined
  returnTo: string | undefined
  error: null
}

interface Failure {
  status: 'error'
  account: undefined
  appState: unknown
  repairs: string | undefined
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
  const seen = useSeenCallback()
  const query = useQuery(queries.callback({ callbackUrl: seen?.url, transactions }))
  const { status, data, error, refetch } = query

  useEffect(() => {
    if (seen && user !== undefined) clearAddressBar(seen)
  }, [seen, user])
  useEffect(() => {
    if (seen && status !== 'pending') markAnswered(seen, status)
  }, [seen, status])

  const retry = () => void refetch()
  if (!seen || isOver(seen, error)) return { ...nothing, status: 'idle', retry }
  if (status === 'pending') return { ...nothing, status, retry }
  if (status === 'error') return { ...nothing, ...whereabouts(error), status, error, retry }
  return { ...nothing, ...data, status, retry }
}

const nothing = {
  account: undefined,
  appState: undefined,
  repairs: undefined,
  returnTo: undefined,
  error: null,
}

/** Whether the flow was completed before and is forgotten by now, or was another user's. */
function isOver({ revisited }: SeenCallback, error: Error | null): boolean {
  return (
    revisited &&
    isConnectFlowError(error) &&
    ['unknown_state', 'user_mismatch'].includes(error.code)
  )
}

function whereabouts(error: Error) {
  const { appState, returnTo } = isConnectFlowError(error) ? error : nothing
  return { ...readFlowState(appState), returnTo }
}
