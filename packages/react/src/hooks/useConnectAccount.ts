'use client'

import type { CompletedConnect } from '@connected-accounts/client'
import { isPhone, type OpenUrl, openPopup } from '@connected-accounts/client/browser'
import { checkChoice } from '@connected-accounts/client/internal'
import { type UseMutationResult, useMutation, useQueryClient } from '@tanstack/react-query'
import { useCallback } from 'react'
import { useConnectedAccountsContext } from '../ConnectedAccountsProvider.js'
import type { ConnectAccountOptions, FlowEvents } from '../queries/connect.js'
import { beginFlow, cancelCurrentFlow, endFlow, noteStarted } from '../queries/current-flow.js'

/** Options of {@link useConnectAccount}. */
export interface UseConnectAccountOptions {
  /**
   * How the person gets to the provider. `auto` is a popup, but a redirect on phones. `session` is an auth session that the
   * provider's `openUrl` opens, in React Native, a desktop application or a browser extension. Default: `redirect`.
   */
  mode?: 'redirect' | 'popup' | 'auto' | 'session' | undefined
  /** What to do if the browser blocks the popup: leave the page, or fail with `popup_blocked`. Default: `redirect`. */
  onBlocked?: 'redirect' | 'throw' | undefined
}

/** TanStack Query's mutation result, with `connect` in place of `mutate`, because `mutate` cannot open a popup in the click. */
export type UseConnectAccountResult<Data = undefined> = WithoutMutate<
  UseMutationResult<Data, Error, ConnectAccountOptions>
> & {
  /**
   * Sends the person to the provider. Call it in a click handler, because browsers open a popup in a click only. It does
   * nothing while a flow is starting, so that a double click starts one flow. It replaces a popup or an auth session that is open.
   */
  connect: (options: ConnectAccountOptions) => void
  /** Ends the flow, and closes its popup. The error is then a `ConnectFlowError` `cancelled`. */
  cancel: () => void
}

type WithoutMutate<Result> = Result extends unknown // each member of the union keeps its own types
  ? Omit<Result, 'mutate' | 'mutateAsync'>
  : never

// JavaScript could call what only the types leave out. That would start a flow without the popup of the click.
const withoutMutate = { mutate: undefined, mutateAsync: undefined }

/**
 * Connects an account by leaving the page for the provider. `useConnectCallback` completes the flow when the person is back.
 * `isPending` is true until the page has been left. If the person comes back by the browser's Back button, it is false again.
 *
 * @returns TanStack Query's mutation result, `connect` and `cancel`. The `error` is a `MyAccountApiError`, with code
 * `not_found` if the connection is not enabled for your application, or a `ConnectFlowError` `storage_unavailable`.
 * @example
 * ```tsx
 * const { connect, isPending, error } = useConnectAccount()
 * const message = describeError(error) // of @connected-accounts/client
 * const connectGitHub = () => {
 *   connect({ connection: 'github' })
 * }
 *
 * <button type="button" disabled={isPending} onClick={connectGitHub}>Connect GitHub</button>
 * {message && <p role="alert">{message}</p>}
 * ```
 */
export function useConnectAccount(options?: { mode?: 'redirect' }): UseConnectAccountResult
/**
 * Connects an account in a popup. The page at `redirectUri` must call `handleConnectCallback`. `data` has the account when
 * the person is back. If the browser blocks the popup, the page is left instead, and `data` stays undefined.
 *
 * With `mode: 'session'`, `data` has the account, too. If the person closes the window, the `error` is `cancelled`.
 *
 * A page cannot know that the person has closed the popup, so `isPending` stays true. Keep the button enabled: `connect()`
 * replaces the flow, `cancel()` ends it with `cancelled`, and after five minutes it fails with `expired`.
 *
 * @returns The `error` can also be a `ConnectFlowError` `popup_blocked` or `third_party_iframe`, or any error of the
 * client's `completeConnect`.
 * @example
 * ```tsx
 * const { connect, cancel, isPending, data } = useConnectAccount({ mode: 'popup' })
 * const connectGitHub = () => {
 *   connect({ connection: 'github' })
 * }
 *
 * // The button stays enabled while the popup is open.
 * <button type="button" onClick={connectGitHub}>Connect GitHub</button>
 * {isPending && <button type="button" onClick={cancel}>Cancel</button>}
 * {data && <p>Connected to {data.account.connection}.</p>}
 * ```
 */
export function useConnectAccount(
  options: UseConnectAccountOptions,
): UseConnectAccountResult<CompletedConnect | undefined>
/** Connects an account: by a redirect, in a popup or in an auth session. */
export function useConnectAccount({
  mode,
  onBlocked,
}: UseConnectAccountOptions = {}): UseConnectAccountResult<CompletedConnect | undefined> {
  checkChoice('mode', mode, ['redirect', 'popup', 'auto', 'session'])
  checkChoice('onBlocked', onBlocked, ['redirect', 'throw'])
  const { queries, currentFlow, user, settings, openUrl } = useConnectedAccountsContext()
  const queryClient = useQueryClient()
  const isPopup = mode === 'popup' || (mode === 'auto' && !isPhone())
  const open: OpenUrl = (url, callback) => {
    noteStarted(currentFlow)
    return openUrl?.(url, callback)
  }
  const fallback = onBlocked === 'throw' ? undefined : settings
  const popupMutation = queries.connectInPopup({ ...settings, queryClient, fallback })
  const otherMutation = (
    mode === 'session'
      ? queries.connectInSession({ ...settings, queryClient, openUrl: openUrl && open })
      : queries.connect(settings)
  ) as typeof popupMutation // they always have data, or never
  const mutation = useMutation({
    ...(isPopup ? popupMutation : otherMutation),
    onSettled: (_data, _error, { signal }) => {
      endFlow(currentFlow, signal)
    },
  })
  const { mutate, reset } = mutation

  const connect = useCallback(
    (account: ConnectAccountOptions & FlowEvents) => {
      if (currentFlow.flow?.isStarting) return
      cancelCurrentFlow(currentFlow)
      // In the click: TanStack Query calls the mutation's function later, when browsers block popups.
      const opened = isPopup && user !== undefined ? openPopup() : undefined
      const { popup, signal } = beginFlow(currentFlow, opened)
      const onSuccess = (data: CompletedConnect | undefined) => {
        // Without data, the flow was a redirect but the browser stayed on the page, so there is nothing to show.
        if (data) account.onConnected?.(data)
        else reset()
      }
      mutate({ ...account, popup, signal }, { onSuccess })
    },
    [currentFlow, user, isPopup, mutate, reset],
  )
  const cancel = useCallback(() => {
    cancelCurrentFlow(currentFlow)
  }, [currentFlow])
  return { ...mutation, ...withoutMutate, connect, cancel }
}
