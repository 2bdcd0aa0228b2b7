import {
  type CompletedConnect,
  type ConnectionReference,
  isConnectFlowError,
} from '@connected-accounts/client'
import {
  connectByRedirect,
  connectInPopup,
  connectInSession,
  type OpenUrl,
  type PageConnectOptions,
  type PopupConnectOptions,
  type RedirectConnectOptions,
} from '@connected-accounts/client/browser'
import type { QueryClient } from '@tanstack/react-query'
import { noteCompletedConnect } from './grant-reports.js'
import { identityKey, loggedIn, refreshAccounts } from './keys.js'
import type { MutationOptions, QueriesIdentity } from './options.js'

/** What to connect. The fields are those of the client's `startConnect`; `returnTo` is the current page by default. */
export type ConnectAccountOptions<Reference extends ConnectionReference = ConnectionReference> =
  Reference extends unknown // each connection has its own scopes
    ? Pick<
        PageConnectOptions<Reference>,
        | 'connection'
        | 'scopes'
        | 'authorizationParams'
        | 'appState'
        | 'returnTo'
        | 'reconnectAccountId'
      >
    : never

/** What hooks of this package do around a flow. A flow in a popup or in an auth session has no `onStart`, because the page stays. */
export interface FlowEvents extends Pick<RedirectConnectOptions, 'onStart'> {
  /** Called when the account is connected, if the page has stayed and the component is still there. */
  onConnected?: ((completed: CompletedConnect) => void) | undefined
}

/** What to connect, the signal that ends the flow, and what to do before the page is left. */
export type RedirectVariables = ConnectAccountOptions &
  Pick<PageConnectOptions, 'signal'> &
  Pick<RedirectConnectOptions, 'onStart'>

/** The same, and the popup that was opened in the click. */
export type PopupVariables = RedirectVariables & Pick<PopupConnectOptions, 'popup'>

/** The URL that a flow comes back to, the store that keeps it until then, and how to leave the page. */
export type ConnectSettings = Pick<
  RedirectConnectOptions,
  'redirectUri' | 'transactions' | 'navigate'
>

/** What a flow in an auth session of the platform needs. */
export interface SessionSettings extends ConnectSettings {
  /** The QueryClient whose lists are refreshed. */
  queryClient: QueryClient
  /** Opens the auth session. Required, and so is `redirectUri`. */
  openUrl: OpenUrl | undefined
}

/** What a flow in a popup needs. The callback page reads the same `transactions`. */
export interface PopupSettings extends ConnectSettings {
  /** The QueryClient whose lists are refreshed. */
  queryClient: QueryClient
  /** How to leave the page instead if the browser blocks the popup. If left out, the error is `popup_blocked`. */
  fallback?: ConnectSettings | undefined
}

/** Options of the mutations that connect an account. */
export interface ConnectMutations {
  /** Starts a flow and leaves the page. Pending until the page has been left. */
  connect: (settings: ConnectSettings) => MutationOptions<RedirectVariables, undefined>
  /**
   * Starts a flow in a popup and completes it when the person is back. Pending until then, or until it is cancelled or has
   * expired. TanStack Query calls mutations after the click, so open the popup in the click and pass it as `popup`.
   * The data is undefined if the browser blocked the popup, the fallback was a redirect, and the page stayed.
   */
  connectInPopup: (
    settings: PopupSettings,
  ) => MutationOptions<PopupVariables, CompletedConnect | undefined>
  /** Starts a flow in an auth session of the platform, and completes it when the person is back. Pending until then. */
  connectInSession: (
    settings: SessionSettings,
  ) => MutationOptions<RedirectVariables, CompletedConnect>
}

/** Returns the {@link ConnectMutations} of a user. */
export function connectMutations(identity: QueriesIdentity): ConnectMutations {
  const everyConnect = {
    mutationKey: [...identityKey(identity), 'connect'],
    networkMode: 'always', // without a network it fails at once, and does not leave the page much later
    retry: false, // a second popup would be opened outside of the click
  } as const // a literal type
  return {
    connect: (settings) => ({
      ...everyConnect,
      mutationFn: (variables) => redirect(identity, settings, variables),
    }),
    connectInPopup: (settings) => ({
      ...everyConnect,
      mutationFn: (variables) => connectThroughPopup(identity, settings, variables),
    }),
    connectInSession: (settings) => ({
      ...everyConnect,
      mutationFn: (variables) => connectThroughSession(identity, settings, variables),
    }),
  }
}

async function redirect(
  identity: QueriesIdentity,
  settings: ConnectSettings,
  variables: RedirectVariables,
): Promise<undefined> {
  const user = loggedIn(identity)
  return connectByRedirect<ConnectionReference>(identity.client, {
    ...settings,
    ...variables,
    user,
  })
}

async function connectThroughPopup(
  identity: QueriesIdentity,
  { queryClient, fallback, ...settings }: PopupSettings,
  variables: PopupVariables,
): Promise<CompletedConnect | undefined> {
  const user = loggedIn(identity)
  const refresh = () => void refreshAccounts(queryClient, identity)
  // A page that was closed may have left the completion to the popup, so the list is refreshed when the person is back.
  window.addEventListener('focus', refresh)
  try {
    const flow = { ...settings, ...variables, user }
    const completed = await connectInPopup<ConnectionReference>(identity.client, flow)
    noteCompletedConnect(queryClient, identity, completed)
    refresh()
    return completed
  } catch (error) {
    const isBlocked = isConnectFlowError(error) && error.code === 'popup_blocked'
    if (!isBlocked) refresh() // the account may be connected nevertheless
    if (!isBlocked || !fallback) throw error
    await redirect(identity, fallback, variables)
    return undefined
  } finally {
    window.removeEventListener('focus', refresh)
  }
}

async function connectThroughSession(
  identity: QueriesIdentity,
  { queryClient, openUrl, redirectUri = '', ...settings }: SessionSettings,
  variables: RedirectVariables,
): Promise<CompletedConnect> {
  const user = loggedIn(identity)
  const flow = {
    ...settings,
    ...variables,
    redirectUri, // the client refuses an empty one
    openUrl: openUrl as OpenUrl, // the client refuses undefined
    user,
  }
  try {
    const completed = await connectInSession<ConnectionReference>(identity.client, flow)
    noteCompletedConnect(queryClient, identity, completed)
    return completed
  } finally {
    void refreshAccounts(queryClient, identity) // after an error, too: the account may be connected nevertheless
  }
}
