'use client'

import { type CompletedConnectedAccount, isConnectFlowError } from '@connected-accounts/client'
import { canRetryCallback, type PendingCallback } from '@connected-accounts/client/browser'
import { useQuery } from '@tanstack/react-query'
import { useEffect, useState } from 'react'
import { useConnectedAccountsContext, usePendingCallback } from '../ConnectedAccountsProvider.js'

/** The state of the flow that this page was opened to complete. `idle`: this page is not the callback of a flow. */
export type UseConnectCallbackResult = {
  /** Tries again after a failure that may pass, for example of the network. Does nothing if `canRetry` is false. */
  retry: () => void
  /** Forgets the flow: its success or error is gone, also after a reload. The status is then `idle`. */
  dismiss: () => void
} & (Nothing<'idle'> | Nothing<'pending'> | Success | Failure)

interface Nothing<Status> {
  status: Status
  account?: undefined
  appState?: undefined
  reconnectAccountId?: undefined
  returnTo?: undefined
  error: null
  isRepeated: false
  canRetry: false
}

interface Success {
  status: 'success'
  account: CompletedConnectedAccount
  appState: unknown
  /** Id of the account that was to be connected again. If `account` has another id, the person chose another account. */
  reconnectAccountId: string | undefined
  returnTo: string | undefined
  error: null
  /** True if this success was reported before: the page was reloaded, or the person came back to it. Show no toast again. */
  isRepeated: boolean
  canRetry: false
}

interface Failure {
  status: 'error'
  account?: undefined
  appState: unknown
  reconnectAccountId: string | undefined
  returnTo: string | undefined
  error: Error
  isRepeated: false
  /** True if `retry()` can succeed. It cannot after a refusal, for example. */
  canRetry: boolean
}

/**
 * Completes a connect flow on the page that `redirectUri` names. It does so once, also under StrictMode, after a reload, and
 * when the component is mounted again. It removes the callback's parameters from the address bar and refreshes the lists. It
 * waits while nobody is logged in, and ignores the callback of a login.
 *
 * When the status is `success`, go to `returnTo`. Replace the history entry, so that the back button does not lead to the
 * callback again.
 *
 * A success is reported once. After a reload, or when the person comes back to the page, the status is `success` with
 * `isRepeated`, as long as the account is still connected.
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
 *   return error ? <p role="alert">{describeError(error)}</p> : <p>Connecting…</p>
 * }
 * ```
 */
export function useConnectCallback(): UseConnectCallbackResult {
  const { queries, settings, user } = useConnectedAccountsContext()
  const callback = useCallbackOfPage()
  const query = useQuery({
    ...queries.callback({
      callbackUrl: callback?.url,
      isRepeated: callback?.isRepeated,
      transactions: settings.transactions,
    }),
    throwOnError: false, // `error` is in the result; after a reload it may only mean that the flow was completed before
  })
  const { status, data, error, refetch } = query

  useEffect(() => {
    if (user !== undefined) callback?.clear()
  }, [callback, user])
  useEffect(() => {
    if (status !== 'pending') callback?.markHandled(status, user)
  }, [callback, status, user])

  const canRetry = status === 'error' && canRetryCallback(error)
  const retry = () => void (canRetry && refetch())
  const dismiss = () => callback?.dismiss()
  const result = { error: null, isRepeated: false, canRetry: false, retry, dismiss } as const
  if (!callback || callback.isStale(error, user)) return { ...result, status: 'idle' }
  if (status === 'pending') return { ...result, status }
  const { isRepeated } = callback
  if (status === 'success') return { ...result, ...data, status, isRepeated }
  // Only a ConnectFlowError has those of the flow.
  const { appState, reconnectAccountId, returnTo } = isConnectFlowError(error) ? error : NO_FLOW
  return { ...result, appState, reconnectAccountId, returnTo, status, error, canRetry }
}

const NO_FLOW = { appState: undefined, reconnectAccountId: undefined, returnTo: undefined }

/**
 * Returns the callback that the page was opened with; undefined on a server. The component keeps it once it has seen it, because
 * the page's own is repeated as soon as its success is reported.
 */
function useCallbackOfPage(): PendingCallback | undefined {
  const current = usePendingCallback()
  const [seen, setSeen] = useState(current)
  const isNew = current !== undefined && current.url !== seen?.url
  if (isNew) setSeen(current)
  const callback = isNew ? current : seen
  return callback?.isDismissed ? undefined : callback
}
