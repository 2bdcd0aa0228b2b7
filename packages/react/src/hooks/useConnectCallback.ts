'use client'

import { type CompletedConnectedAccount, isConnectFlowError } from '@connected-accounts/client'
import type { PendingCallback } from '@connected-accounts/client/browser'
import { useQuery } from '@tanstack/react-query'
import { useEffect, useState } from 'react'
import { useConnectedAccountsContext, usePendingCallback } from '../ConnectedAccountsProvider.js'

/** The state of the flow that this page was opened to complete. `idle`: this page is not the callback of a flow. */
export type UseConnectCallbackResult = {
  /** Tries again after a failure that may pass, for example of the network. */
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
  /** Id of the account that was to be connected again. If `account` has another id, the person chose another account. */
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
 * Completes a connect flow on the page that `redirectUri` names. It does so once, also under StrictMode, after a reload, and
 * when the component is mounted again. It removes the callback's parameters from the address bar and refreshes the lists. It
 * waits while nobody is logged in, and ignores the callback of a login.
 *
 * When the status is `success`, go to `returnTo`. Replace the history entry, so that the back button does not lead to the
 * callback again.
 *
 * @returns `error` is a `ConnectFlowError` (`access_denied` if the person refused, or another code of the client's
 * `completeConnect`), a `MyAccountApiError`, or a network failure. After a network failure, `retry()` or a reload resumes.
 * @example
 * ```tsx
 * function Callback() {
 *   const { status, returnTo = '/', error } = useConnectCallback()
 *   const navigate = useNavigate()
 *   useEffect(() => {
 *     if (status === 'success') navigate(returnTo, { replace: true })
 *   }, [status, returnTo, navigate])
 *   return error ? <p role="alert">{error.message}</p> : <p>Connecting…</p>
 * }
 * ```
 */
export function useConnectCallback(): UseConnectCallbackResult {
  const { queries, transactions, user } = useConnectedAccountsContext()
  const callback = useCallbackOfPage()
  const query = useQuery({
    ...queries.callback({ callbackUrl: callback?.url, transactions }),
    throwOnError: false, // `error` is in the result; after a reload it may only mean that the flow was completed before
  })
  const { status, data, error, refetch } = query

  useEffect(() => {
    if (user !== undefined) callback?.clear()
  }, [callback, user])
  useEffect(() => {
    if (status !== 'pending') callback?.markHandled(status, user)
  }, [callback, status, user])

  const retry = () => void refetch()
  if (!callback || callback.isStale(error, user)) return { ...nothing, status: 'idle', retry }
  if (status === 'pending') return { ...nothing, status, retry }
  if (status === 'success') return { ...nothing, ...data, status, retry }
  const { appState, reconnectAccountId, returnTo } = isConnectFlowError(error) ? error : nothing
  return { ...nothing, appState, reconnectAccountId, returnTo, status, error, retry }
}

/** Returns the callback that the page was opened with; undefined on a server. The component keeps it once it has seen it. */
function useCallbackOfPage(): PendingCallback | undefined {
  const current = usePendingCallback()
  const [seen, setSeen] = useState(current)
  if (current && current !== seen) setSeen(current)
  return current ?? seen
}

const nothing = {
  account: undefined,
  appState: undefined,
  reconnectAccountId: undefined,
  returnTo: undefined,
  error: null,
}
