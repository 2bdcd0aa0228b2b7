import {
  type CompletedConnect,
  type ConnectionReference,
  isConnectFlowError,
  type TransactionStore,
} from '@connected-accounts/client'
import {
  type AccountsIdentity,
  type CompleteConnectInPageOptions,
  completeConnectInPage,
  connectByRedirect,
  connectInPopup,
  type PageConnectOptions,
} from '@connected-accounts/client/browser'
import { type Abortable, callbackState } from '@connected-accounts/client/internal'
import {
  type QueryClient,
  type QueryFunctionContext,
  queryOptions,
  skipToken,
} from '@tanstack/react-query'
import { findingsOptions } from './grant-reports.js'
import { type IdentityKey, identityKey, loggedIn, refreshAccounts } from './keys.js'
import { everyQuery, type MutationOptions, type QueryOptions, whileLoggedIn } from './options.js'

/** What to connect; the fields are those of the client's `startConnect`, and `returnTo` is by default the current page. */
export type ConnectAccountOptions<Reference extends ConnectionReference = ConnectionReference> =
  Reference extends unknown // of several connections each has its own scopes
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

/** Where a flow comes back to, and what keeps it until then. */
export type ConnectSettings = Pick<PageConnectOptions, 'redirectUri' | 'transactions'>

/** What a flow in a popup needs; its transactions are also read by the popup. */
export interface PopupSettings extends ConnectSettings {
  queryClient: QueryClient
  /** How to leave the page instead where the browser blocks the window; left out, that is `popup_blocked`. */
  fallback?: ConnectSettings | undefined
}

/** A callback, and the store that has its transaction. */
export interface CallbackOptions extends Abortable {
  /** The whole URL that the browser came back to; undefined where the page is no callback: then nothing is done. */
  callbackUrl: string | undefined
  /** By default `sessionStorageTransactions()`. */
  transactions?: TransactionStore | undefined
}

/** Key of the query that completes a flow; its end is the `state` of the callback URL. */
export type CallbackKey = [...IdentityKey, 'callback', string | undefined]

/** Options of what connects an account. */
export interface ConnectQueries {
  /** Starts a flow and leaves the page; pending until the page has been left. */
  connect(settings: ConnectSettings): MutationOptions<ConnectAccountOptions, undefined>
  /**
   * Starts a flow in a popup, and completes it when it is back; pending until then, or until it is cancelled or has expired.
   * Its data are undefined where the browser blocked the window, and the page was to be left but stayed.
   */
  connectInPopup(
    settings: PopupSettings,
  ): MutationOptions<ConnectAccountOptions, CompletedConnect | undefined>
  /**
   * Completes a flow: once, and only while somebody is logged in. A try that failed for the moment is repeated, as the
   * callback's code works once whatever happens.
   */
  callback(options: CallbackOptions): QueryOptions<CompletedConnect, CallbackKey>
}

/** Makes the {@link ConnectQueries} of a user. */
export function connectQueries(identity: AccountsIdentity): ConnectQueries {
  const { client } = identity
  const mutation = {
    mutationKey: [...identityKey(identity), 'connect'],
    networkMode: 'always', // fails at once where there is no network, rather than leave the page much later
    retry: false, // a second window would open outside of the click
  } as const // a literal type
  const connect = async (settings: ConnectSettings, options: ConnectAccountOptions) =>
    connectByRedirect<ConnectionReference>(client, {
      ...settings,
      ...options,
      user: loggedIn(identity),
    })
  return {
    callback: (options) => callbackOptions(identity, options),
    connect: (settings) => ({ ...mutation, mutationFn: (options) => connect(settings, options) }),
    connectInPopup: ({ queryClient, fallback, ...settings }) => ({
      ...mutation,
      mutationFn: async (options) => {
        const refresh = () => void refreshAccounts(queryClient, identity)
        window.addEventListener('focus', refresh)
        try {
          return await connectInPopup<ConnectionReference>(client, {
            ...settings,
            ...options,
            user: loggedIn(identity),
            // What `queryClient.query` does, which the oldest TanStack Query that we take does not have.
            complete: (completion) =>
              queryClient
                .getQueryCache()
                .build(
                  queryClient,
                  queryClient.defaultQueryOptions(callbackOptions(identity, completion)),
                )
                .fetch(),
          })
        } catch (error) {
          const isBlocked = isConnectFlowError(error) && error.code === 'popup_blocked'
          if (isBlocked && fallback) return connect(fallback, options)
          throw error
        } finally {
          window.removeEventListener('focus', refresh)
        }
      },
    }),
  }
}

function callbackOptions(
  identity: AccountsIdentity,
  { callbackUrl, transactions, signal }: CallbackOptions,
): QueryOptions<CompletedConnect, CallbackKey> {
  return queryOptions({
    ...everyQuery,
    queryKey: [...identityKey(identity), 'callback', callbackUrl && callbackState(callbackUrl)],
    queryFn:
      callbackUrl === undefined
        ? skipToken
        : whileLoggedIn(identity, (context: QueryFunctionContext<CallbackKey>) =>
            completeFlow(context.client, identity, { callbackUrl, transactions, signal }),
          ),
    staleTime: 'static',
    enabled: ({ state }) => state.status !== 'error', // asked again by `refetch` only, as another answer says less
  })
}

async function completeFlow(
  queryClient: QueryClient,
  identity: AccountsIdentity,
  completion: CompleteConnectInPageOptions,
): Promise<CompletedConnect> {
  const { client, user } = identity
  try {
    const returned = await completeConnectInPage(client, { ...completion, user })
    const { queryKey } = findingsOptions(identity, returned.account.connection)
    queryClient.setQueryData(queryKey, { reports: {}, returned })
    return returned
  } finally {
    void refreshAccounts(queryClient, identity)
  }
}
