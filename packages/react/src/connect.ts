import {
  type CompletedConnect,
  completeConnect,
  type StartConnectOptions,
  startConnect,
  type TransactionStore,
} from '@connected-accounts/client'
import { mutationOptions, queryOptions, skipToken } from '@tanstack/react-query'
import { callbackState } from './callback-url.js'
import { accountsKey, type Identity, type IdentityKey, identityKey } from './keys.js'
import type { MutationOptions, QueryOptions } from './options.js'
import { currentPage, leavePage } from './redirect.js'
import { retry, retryDelay } from './retry.js'

/** What to connect; the fields are those of the client's `startConnect`, and `returnTo` is by default the current page. */
export type ConnectAccountOptions = Pick<
  StartConnectOptions,
  'connection' | 'scopes' | 'authorizationParams' | 'appState' | 'returnTo'
>

/** Where a flow comes back to, and what keeps it until then. */
export type ConnectSettings = Pick<StartConnectOptions, 'redirectUri' | 'transactions'>

/** Options of the mutation that starts a flow and leaves the page; pending until the page has been left. */
export function connectOptions(
  identity: Identity,
  settings: ConnectSettings,
): MutationOptions<ConnectAccountOptions> {
  const { client, user } = identity
  return mutationOptions({
    mutationKey: [...identityKey(identity), 'connect'],
    networkMode: 'always', // fails at once where there is no network, rather than leave the page much later
    mutationFn: async (options: ConnectAccountOptions) => {
      if (user === undefined) {
        throw new Error('Nobody is logged in: give ConnectedAccountsProvider a user to connect.')
      }
      const { url } = await startConnect(client, {
        ...settings,
        user,
        returnTo: currentPage(),
        ...options,
      })
      await leavePage(url)
    },
  })
}

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
): QueryOptions<CompletedConnect, CallbackKey> {
  const { client, user } = identity
  return queryOptions({
    queryKey: [...identityKey(identity), 'callback', callbackUrl && callbackState(callbackUrl)],
    queryFn:
      callbackUrl === undefined || user === undefined
        ? skipToken
        : async ({ client: queryClient }) => {
            try {
              return await completeConnect(client, { callbackUrl, transactions, user })
            } finally {
              const queryKey = accountsKey(identity)
              // A list that is being asked for the first time may be from before, and is not asked for twice.
              await queryClient.cancelQueries({ queryKey })
              void queryClient.invalidateQueries({ queryKey })
            }
          },
    staleTime: 'static',
    enabled: ({ state }) => state.status !== 'error', // asked again by `refetch` only, as another answer says less
    retry,
    retryDelay,
    placeholderData: () => undefined,
  })
}
