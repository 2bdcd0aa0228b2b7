'use client'

import type {
  AccountLabels,
  CompletedConnect,
  ConnectedAccountsClient,
  ConnectionDefinition,
  IdentifyAccount,
  TransactionStore,
} from '@connected-accounts/client'
import {
  type AccountsIdentity,
  getPendingCallback,
  listenToOtherTabs,
  type OpenUrl,
  type PendingCallback,
} from '@connected-accounts/client/browser'
import {
  checkAccountLabels,
  checkIdentity,
  subscribeToDismissal,
  undoDisconnects,
} from '@connected-accounts/client/internal'
import { type QueryClient, type SkipToken, useQueryClient } from '@tanstack/react-query'
import {
  createContext,
  type ReactNode,
  type RefObject,
  useContext,
  useEffect,
  useMemo,
  useRef,
  useState,
  useSyncExternalStore,
} from 'react'
import type { AccountEventSource } from './events.js'
import { watchForMistakes } from './mistakes.js'
import { accountLabelKey, clearLabels } from './queries/account-labels.js'
import type { ConnectSettings } from './queries/connect.js'
import {
  type ConnectedAccountsQueries,
  connectedAccountsQueries,
} from './queries/connected-accounts-queries.js'
import { type CurrentFlow, cancelCurrentFlow } from './queries/current-flow.js'
import { forgetReports } from './queries/grant-reports.js'
import { refreshAccounts } from './queries/keys.js'
import { nameAccount } from './queries/name-account.js'

/** Props of {@link ConnectedAccountsProvider}. */
export interface ConnectedAccountsProviderProps {
  /** The client. Create it once, outside of the component. */
  client: ConnectedAccountsClient
  /** Id of the logged-in user, like `user.sub`. Undefined while nobody is logged in; then nothing is sent. */
  user: string | undefined
  /**
   * The URL that flows come back to: one of the application's Allowed Callback URLs. Default: the page's origin. Required without
   * a page.
   */
  redirectUri?: string | undefined
  /**
   * Keeps flows while the person is away. Default: `sessionStorage`, for flows in popups `localStorage`, and for flows in auth
   * sessions the memory.
   */
  transactions?: TransactionStore | undefined
  /** Takes the person to a URL in place of `window.location.assign`, for example in a test. Redirects use it. */
  navigate?: ((url: string) => void | Promise<void>) | undefined
  /**
   * Opens a URL in an auth session of the platform, and returns the URL that the person came back to; null if they closed the
   * window. `useConnectAccount({ mode: 'session' })` needs it.
   */
  openUrl?: OpenUrl | undefined
  /** Your connections from `defineConnections`. The `revokeUrl` of a disconnected account comes from them. */
  connections?: Record<string, ConnectionDefinition> | undefined
  /**
   * Keeps what tells accounts of one connection apart, such as `localStorageAccountLabels()`. Create it once, outside of the
   * component. Its `clear` is called when the user changes. Default: accounts have no labels.
   */
  accountLabels?: AccountLabels | undefined
  /**
   * Names an account that was just connected, such as `identifyAt('/auth/accounts')`. `accountLabels` keeps what it returns. Fields
   * that the account's label has already stay as they are. If it throws, the account has no label. Default: the `login_hint` of the
   * flow, if it had one, names the account.
   */
  identify?: IdentifyAccount | undefined
  /**
   * Tells the page what happens to the user's accounts elsewhere, such as `accountEvents('/auth/events')` of
   * `@connected-accounts/react/events`. The hooks then show a dead grant before a call of the page fails. Create it once, outside
   * of the component. Default: the lists are fetched again when the person comes back to the page.
   */
  events?: AccountEventSource | undefined
  children?: ReactNode
}

/**
 * Provides the hooks below it with a client and a user. Render it inside TanStack's `QueryClientProvider`.
 *
 * The provider remembers a connect callback in the address bar, also while `user` is still undefined. It refreshes the lists
 * when another tab of the same user connects or disconnects an account. When the user changes or the provider unmounts, it
 * cancels the flow that its hooks have begun, and undoes the disconnects that can still be undone. So does
 * `queryClient.clear()` with disconnects.
 *
 * @throws {TypeError} if `client` is not a client, `user` is neither an id nor undefined, or `accountLabels` is not a store.
 * @example
 * ```tsx
 * const queryClient = new QueryClient()
 * const client = createConnectedAccountsClient(fromAuth0(auth0)) // auth0 is your login SDK.
 *
 * <QueryClientProvider client={queryClient}>
 *   <ConnectedAccountsProvider client={client} user={user?.sub}>
 *     <App />
 *   </ConnectedAccountsProvider>
 * </QueryClientProvider>
 * ```
 */
export function ConnectedAccountsProvider(props: ConnectedAccountsProviderProps): ReactNode {
  const { client, user, redirectUri, transactions, navigate, openUrl, connections, children } =
    props
  const { accountLabels, identify, events } = props
  checkIdentity(props)
  checkAccountLabels(accountLabels)
  const queryClient = useQueryClient()
  // Notes the callback while rendering, because a router below may change the address bar in its first effect.
  usePendingCallback()
  const [currentFlow] = useState<CurrentFlow>(() => ({ flow: undefined }))
  const latest = useLatest({ user, identify })
  const context = useMemo(() => {
    const onConnect = (completed: CompletedConnect) => {
      if (user === undefined) return
      const isCurrent = () => latest.current.user === user
      const naming = { ...latest.current, queryClient, labels: accountLabels, isCurrent }
      void nameAccount({ client, user }, naming, completed)
    }
    const queries = connectedAccountsQueries({ client, user, queryClient, onConnect })
    const settings = { redirectUri, transactions, navigate }
    return { client, user, queries, currentFlow, settings, openUrl, connections, accountLabels }
  }, [
    latest,
    queryClient,
    client,
    user,
    currentFlow,
    redirectUri,
    transactions,
    navigate,
    openUrl,
    connections,
    accountLabels,
  ])

  useOtherTabs({ client, user, queryClient, transactions })
  useEffect(() => {
    return user === undefined ? undefined : events?.(queryClient, { client, user })
  }, [queryClient, client, user, events])
  const { baseUrl } = client
  useEffect(() => {
    // What this user began must not be sent after the logout, or with the next user's token.
    return () => {
      cancelCurrentFlow(currentFlow)
      undoDisconnects(user, baseUrl)
    }
  }, [currentFlow, baseUrl, user])
  useClearAtLogout(user, accountLabels)

  return <Context.Provider value={context}>{children}</Context.Provider>
}

/** Refreshes the lists when another tab of the user changes something. In development, also warns of mistakes. */
function useOtherTabs({
  client,
  user,
  queryClient,
  transactions,
}: AccountsIdentity & {
  queryClient: QueryClient
  transactions: TransactionStore | undefined
}): void {
  useEffect(() => {
    const identity = { client, user }
    const stopListening = listenToOtherTabs(identity, (connection) => {
      void refreshAccounts(queryClient, identity)
      void queryClient.invalidateQueries({ queryKey: accountLabelKey(identity) })
      if (connection !== undefined) forgetReports(queryClient, identity, connection)
    })
    let stopWatching: () => void
    try {
      // A bundler replaces this, so that a production build has none of it.
      if (process.env.NODE_ENV === 'production') return stopListening
      stopWatching = watchForMistakes(queryClient, identity, transactions)
    } catch {
      return stopListening // a page without a bundler has no `process`
    }
    return () => {
      stopListening()
      stopWatching()
    }
  }, [queryClient, client, user, transactions])
}

/** Returns what a later callback sees: the values of the last render. */
function useLatest<T>(value: T): RefObject<T> {
  const latest = useRef(value)
  useEffect(() => {
    latest.current = value
  })
  return latest
}

/** Deletes the labels of the former user when the user changes. */
function useClearAtLogout(user: string | undefined, labels: AccountLabels | undefined): void {
  const lastUser = useRef(user)
  useEffect(() => {
    const former = lastUser.current
    lastUser.current = user
    if (former !== undefined && former !== user) void clearLabels(labels, former)
  }, [user, labels])
}

/** Returns the callback in the address bar, as {@link getPendingCallback} does; undefined on a server. @internal */
export function usePendingCallback(): PendingCallback | undefined {
  return useSyncExternalStore(subscribeToDismissal, getPendingCallback, noCallback)
}

const noCallback = () => undefined

/** The values that the hooks get from the provider. */
export interface ConnectedAccountsContext extends AccountsIdentity {
  queries: ConnectedAccountsQueries<SkipToken>
  /** The flow that the provider's hooks have begun. */
  currentFlow: CurrentFlow
  settings: ConnectSettings
  openUrl: OpenUrl | undefined
  connections: Record<string, ConnectionDefinition> | undefined
  accountLabels: AccountLabels | undefined
}

const Context = createContext<ConnectedAccountsContext | undefined>(undefined)

/**
 * Returns the values of the provider above this component.
 *
 * @throws {Error} if the component is not inside a {@link ConnectedAccountsProvider}.
 */
export function useConnectedAccountsContext(): ConnectedAccountsContext {
  const context = useContext(Context)
  if (context) return context
  throw new Error(
    'No ConnectedAccountsProvider. Render <ConnectedAccountsProvider client={client} user={user?.sub}> around this component.',
  )
}
