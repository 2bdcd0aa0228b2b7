'use client'

import type { CompletedConnect } from '@connected-accounts/client'
import { currentPopup, isPhone, openPopup } from '@connected-accounts/client/browser'
import { type UseMutationResult, useMutation, useQueryClient } from '@tanstack/react-query'
import { useCallback } from 'react'
import { useConnectedAccountsContext } from '../ConnectedAccountsProvider.js'
import type { ConnectAccountOptions } from '../queries/connect.js'

/** Options of {@link useConnectAccount}. */
export interface UseConnectAccountOptions {
  /** How the person gets to the provider; `auto` is a popup, and a redirect on phones. By default a redirect. */
  mode?: 'redirect' | 'popup' | 'auto' | undefined
  /** What to do where the browser blocks the popup: leave the page, which is the default, or fail with `popup_blocked`. */
  onBlocked?: 'redirect' | 'throw' | undefined
}

/** A mutation's result, and what starts a flow and gives it up. */
export type UseConnectAccountResult<Data = undefined> = UseMutationResult<
  Data,
  Error,
  ConnectAccountOptions
> & {
  /**
   * Goes to the provider. A popup opens at once, so call it in a click. Does nothing while a flow is already starting, so
   * that pressing twice starts one; a popup that waits for its person is given up for another.
   */
  connect: (options: ConnectAccountOptions) => void
  /** Gives up the flow in the page's popup, whose error is then `cancelled`. */
  cancel: () => void
}

/**
 * Connects an account by leaving the page for the provider's; `useConnectCallback` completes it when the person is back.
 * Pending until the page has been left, and idle again where the back/forward cache restores it.
 * The error is a `MyAccountApiError`, with code `not_found` where the connection is not enabled for the application, or a
 * `ConnectFlowError` `storage_unavailable`.
 */
export function useConnectAccount(options?: { mode?: 'redirect' }): UseConnectAccountResult
/**
 * Connects an account in a popup, whose callback page runs `handleConnectCallback`. Pending until that has come back; then
 * `data` has the account, unless the page was to be left instead. A popup that the person closes leaves it pending, as a
 * page cannot tell: until `cancel()`, the next `connect()` (`cancelled`) or its time is over (`expired`).
 * The error can also be a `ConnectFlowError` `popup_blocked` or `third_party_iframe`, or what completing throws.
 */
export function useConnectAccount(
  options: UseConnectAccountOptions,
): UseConnectAccountResult<CompletedConnect | undefined>
/** Connects an account, by a redirect or in a popup. */
export function useConnectAccount({
  mode,
  onBlocked,
}: UseConnectAccountOptions = {}): UseConnectAccountResult<CompletedConnect | undefined> {
  const { queries, user, redirectUri, transactions } = useConnectedAccountsContext()
  const queryClient = useQueryClient()
  const redirect = { redirectUri, transactions }
  const fallback = onBlocked === 'throw' ? undefined : redirect
  const popup = queries.connectInPopup({ ...redirect, queryClient, fallback })
  const isPopup = mode === 'popup' || (mode === 'auto' && !isPhone())
  const mutation = useMutation(
    isPopup ? popup : (queries.connect(redirect) as typeof popup), // it is never given data
  )
  const { mutate, reset } = mutation
  const connect = useCallback(
    (account: ConnectAccountOptions) => {
      const mutationKey = [...queries.key, 'connect']
      const current = currentPopup()
      if (current ? current.isStarting : queryClient.isMutating({ mutationKey }) > 0) return
      current?.cancel()
      if (isPopup && user !== undefined) openPopup(user)
      // Without data the page was to be left and goes on after all, and then there is nothing to tell.
      mutate(account, { onSuccess: (data) => data || reset() })
    },
    [queryClient, queries, user, isPopup, mutate, reset],
  )
  return { ...mutation, connect, cancel }
}

function cancel(): void {
  currentPopup()?.cancel()
}
