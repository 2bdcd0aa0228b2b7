import { ConnectFlowError, isConnectCallback } from '@connected-accounts/client'
import { mutationOptions, type QueryClient } from '@tanstack/react-query'
import { callbackState } from './callback-url.js'
import {
  type CompletedFlow,
  type ConnectAccountOptions,
  type ConnectSettings,
  callbackOptions,
  connectKey,
  leaveForProvider,
  startFlow,
} from './connect.js'
import { type Identity, nobodyLoggedIn } from './keys.js'
import type { MutationOptions } from './options.js'
import { flowName, popupTransactions } from './popup-flow.js'
import {
  closePopup,
  currentPopup,
  isInThirdPartyIframe,
  openPopup,
  type Popup,
  popupBlocked,
} from './popup-window.js'
import { refreshAccounts } from './refresh.js'

/** What a flow in a popup needs; its transactions are also read by the popup. */
export interface PopupSettings extends ConnectSettings {
  queryClient: QueryClient
  /** How to leave the page instead where the browser blocks the window; left out, that is `popup_blocked`. */
  fallback?: ConnectSettings | undefined
}

/**
 * Options of the mutation that has a flow in a popup; pending until that has come back, is cancelled or has expired. Its
 * data are undefined where the browser blocked the window, and the page was to be left but stayed.
 */
export function popupOptions(
  identity: Identity,
  { fallback, ...settings }: PopupSettings,
): MutationOptions<ConnectAccountOptions, CompletedFlow | undefined> {
  return mutationOptions({
    mutationKey: connectKey(identity),
    networkMode: 'always',
    mutationFn: async (options: ConnectAccountOptions) => {
      if (identity.user === undefined) throw nobodyLoggedIn()
      const opened = currentPopup()
      const popup = opened?.isStarting ? opened : openPopup(identity.user)
      try {
        if (popup.window)
          return await connectIn(popup, popup.window, { identity, settings, options })
        if (!fallback || isInThirdPartyIframe()) throw popupBlocked(nameOf(options))
        return await leaveForProvider(identity, fallback, options)
      } finally {
        closePopup(popup)
      }
    },
  })
}

interface Flow {
  identity: Identity
  settings: PopupSettings
  options: ConnectAccountOptions
}

/** Starts a flow, and holds its lock until it is over: while it does, the callback page waits. */
async function connectIn(popup: Popup, opened: Window, flow: Flow): Promise<CompletedFlow> {
  const { identity, settings, options } = flow
  const { redirectUri } = settings
  const transactions = popupTransactions(settings.transactions)
  const { signal } = popup.giveUp
  const started = await startFlow(identity, { redirectUri, transactions, signal }, options)
  const { state, url } = started
  return navigator.locks.request(flowName(state), async () => {
    const over = new AbortController()
    const refresh = () => void refreshAccounts(settings.queryClient, identity)
    window.addEventListener('focus', refresh, { signal: over.signal })
    const expiry = setTimeout(
      () => popup.giveUp.abort(expired(flow)),
      started.expiresAt - Date.now(),
    )
    try {
      const callbackUrl = nextCallback(state, over.signal)
      opened.location.replace(url)
      popup.isStarting = false
      return await unlessGivenUp(
        callbackUrl.then((url) => complete(flow, url)),
        signal,
      )
    } catch (error) {
      await transactions.delete(state) // so that the callback page does not complete what is over here
      throw error
    } finally {
      clearTimeout(expiry)
      over.abort()
    }
  })
}

/** The callback URL that the callback page hands over, if it is that of the flow. */
function nextCallback(state: string, signal: AbortSignal): Promise<string> {
  const channel = new BroadcastChannel(flowName(state))
  signal.addEventListener('abort', () => channel.close())
  return new Promise((resolve) => {
    channel.addEventListener('message', ({ data }) => {
      if (isConnectCallback(data) && callbackState(data) === state) resolve(data)
    })
  })
}

/** Completes as `useConnectCallback` does: tried again after what passes, and waiting while there is no network. */
function complete({ identity, settings }: Flow, callbackUrl: string): Promise<CompletedFlow> {
  const { queryClient, transactions } = settings
  const options = queryClient.defaultQueryOptions(
    callbackOptions(identity, { callbackUrl, transactions: popupTransactions(transactions) }),
  )
  // What `queryClient.query` does, which the oldest TanStack Query that we take does not have.
  return queryClient.getQueryCache().build(queryClient, options).fetch()
}

function unlessGivenUp<T>(promise: Promise<T>, signal: AbortSignal): Promise<T> {
  return new Promise((resolve, reject) => {
    const giveUp = () => reject(signal.reason)
    if (signal.aborted) giveUp()
    signal.addEventListener('abort', giveUp)
    promise.then(resolve, reject)
  })
}

function expired({ options }: Flow): ConnectFlowError {
  return new ConnectFlowError('expired', {
    ...options,
    connection: nameOf(options),
    message: 'The time to complete this flow is over; start again.',
  })
}

function nameOf({ connection }: ConnectAccountOptions): string {
  return typeof connection === 'string' ? connection : connection.connection
}
