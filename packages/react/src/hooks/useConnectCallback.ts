'use client'

import { type CompletedConnectedAccount, isConnectFlowError } from '@connected-accounts/client'
import { getPendingCallback, type PendingCallback } from '@connected-accounts/client/browser'
import { useQuery } from '@tanstack/react-query'
import { useEffect, useState, useSyncExternalStore } from 'react'
import { useConnectedAccountsContext } from '../ConnectedAccountsProvider.js'

/** How far the flow is that this page was opened to complete. `idle`: the page was not opened for a flow. */
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
 * Completes the flow that the page was opened to complete. It does so once: also under StrictMode, after a reload, and when
 * the component is mounted again. Then it removes the callback's parameters from the address bar and refreshes the lists.
 * It waits while nobody is logged in, and ignores the callback of a login.
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
  const query = useQuery(queries.callback({ callbackUrl: callback?.url, transactions }))
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

/** Returns the callback that the page was opened with. A component that has seen it keeps it; a server has none. */
function useCallbackOfPage(): PendingCallback | undefined {
  const current = useSyncExternalStore(neverChanges, getPendingCallback, noCallback)
  const [seen, setSeen] = useState(current)
  if (current && current !== seen) setSeen(current)
  return current ?? seen
}

const neverChanges = () => () => undefined // each render looks at the address bar, which is often enough
const noCallback = () => undefined

const nothing = {
  account: undefined,
  appState: undefined,
  reconnectAccountId: undefined,
  returnTo: undefined,
  error: null,
}
