import {
  type Abortable,
  type CompletedConnect,
  completeConnect,
  type StartConnectOptions,
  type StartedConnect,
  startConnect,
  type TransactionStore,
} from '@connected-accounts/client'
import { mutationOptions, queryOptions, skipToken } from '@tanstack/react-query'
import { callbackState } from './callback-url.js'
import { findingsOptions } from './findings.js'
import { type Identity, type IdentityKey, identityKey, nobodyLoggedIn } from './keys.js'
import type { MutationOptions, QueryOptions } from './options.js'
import { currentPage, leavePage } from './redirect.js'
import { refreshAccounts, tellOtherTabs } from './refresh.js'
import { type FlowState, keepRepairs, readFlowState } from './repairs.js'
import { retry, retryDelay } from './retry.js'

/** What to connect; the fields are those of the client's `startConnect`, and `returnTo` is by default the current page. */
export interface ConnectAccountOptions
  extends Pick<
    StartConnectOptions,
    'connection' | 'scopes' | 'authorizationParams' | 'appState' | 'returnTo'
  > {
  /** Id of the account that is to be connected again; the person may choose another one. `useConnectCallback` gives it back. */
  repairs?: string | undefined
}

/** Where a flow comes back to, and what keeps it until then. */
export type ConnectSettings = Pick<StartConnectOptions, 'redirectUri' | 'transactions'>

/** Key of the mutations that start a flow. */
export function connectKey(identity: Identity): [...IdentityKey, 'connect'] {
  return [...identityKey(identity), 'connect']
}

/** Options of the mutation that starts a flow and leaves the page; pending until the page has been left. */
export function connectOptions(
  identity: Identity,
  settings: ConnectSettings,
): MutationOptions<ConnectAccountOptions, undefined> {
  return mutationOptions({
    mutationKey: connectKey(identity),
    networkMode: 'always', // fails at once where there is no network, rather than leave the page much later
    mutationFn: (options: ConnectAccountOptions) => leaveForProvider(identity, settings, options),
  })
}

/** Starts a flow and leaves the page for it. Resolves only if the page goes on nevertheless. */
export async function leaveForProvider(
  identity: Identity,
  settings: ConnectSettings,
  options: ConnectAccountOptions,
): Promise<undefined> {
  const { url } = await startFlow(identity, settings, options)
  await leavePage(url)
  return undefined
}

/** Starts a flow of the logged-in user. */
export async function startFlow(
  { client, user }: Identity,
  settings: ConnectSettings & Abortable,
  options: ConnectAccountOptions,
): Promise<StartedConnect> {
  if (user === undefined) throw nobodyLoggedIn()
  return startConnect(client, {
    ...settings,
    user,
    returnTo: currentPage(),
    ...options,
    appState: keepRepairs(options),
  })
}

/** What a flow comes to; `repairs` is the id of the account that it was to repair, where it was. */
export type CompletedFlow = CompletedConnect & FlowState

/** A callback, and the store that has its transaction. */
export interface CallbackOptions {
  /** The whole URL that the browser came back to; undefined where the page is no callback: then nothing is done. */
  callbackUrl: string | undefined
  transactions: TransactionStore
}

/** Key of the query that completes a flow; its end is the `state` of the callback URL. */
export type CallbackKey = [...IdentityKey, 'callback', string | undefined]

/**
 * Options of the query that completes a flow: once, and only while somebody is logged in. A try that failed for the
 * moment is repeated, as the callback's code works once whatever happens.
 */
export function callbackOptions(
  identity: Identity,
  { callbackUrl, transactions }: CallbackOptions,
): QueryOptions<CompletedFlow, CallbackKey> {
  const { client, user } = identity
  return queryOptions({
    queryKey: [...identityKey(identity), 'callback', callbackUrl && callbackState(callbackUrl)],
    queryFn:
      callbackUrl === undefined || user === undefined
        ? skipToken
        : async ({ client: queryClient }) => {
            try {
              const completed = await completeConnect(client, { callbackUrl, transactions, user })
              const flow = { ...completed, ...readFlowState(completed.appState) }
              const { connection } = flow.account
              const findings = findingsOptions(identity, connection).queryKey
              queryClient.setQueryData(findings, { reports: [], returned: flow })
              tellOtherTabs(identity, connection)
              return flow
            } finally {
              void refreshAccounts(queryClient, identity)
            }
          },
    staleTime: 'static',
    enabled: ({ state }) => state.status !== 'error', // asked again by `refetch` only, as another answer says less
    retry,
    retryDelay,
    placeholderData: () => undefined,
  })
}
