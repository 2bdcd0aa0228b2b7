import type { CompletedConnect, TransactionStore } from '@connected-accounts/client'
import { completeConnectInPage } from '@connected-accounts/client/browser'
import { type Abortable, callbackState } from '@connected-accounts/client/internal'
import { type QueryFunctionContext, queryOptions, skipToken } from '@tanstack/react-query'
import { noteCompletedConnect } from './grant-reports.js'
import { type IdentityKey, identityKey, refreshAccounts } from './keys.js'
import {
  type QueriesIdentity,
  type QueryOptions,
  whileLoggedIn,
  withoutPlaceholder,
} from './options.js'

/** A callback, and the store that has its transaction. */
export interface CallbackOptions extends Abortable {
  /** The whole URL that the browser came back to. If it is undefined, the page is no callback and nothing is done. */
  callbackUrl: string | undefined
  /** The store that the flow was started with. Default: `sessionStorageTransactions()`. */
  transactions?: TransactionStore | undefined
  /** True if the success was reported before. Then the account must still be connected. Default: false. */
  isRepeated?: boolean | undefined
}

/** Key of the query that completes a flow: with the `state` of the callback URL, and `isRepeated`. */
export type CallbackKey = [...IdentityKey, 'callback', string | undefined, boolean]

/**
 * Returns the options of the query that completes a flow once, while somebody is logged in. TanStack Query does
 * not retry it, because the client already retries after failures that may pass.
 */
export function callbackOptions(
  identity: QueriesIdentity,
  options: CallbackOptions,
): QueryOptions<CompletedConnect, CallbackKey> {
  const { callbackUrl, isRepeated = false } = options
  const state = callbackUrl === undefined ? undefined : callbackState(callbackUrl)
  return queryOptions<CompletedConnect, Error, CompletedConnect, CallbackKey>({
    ...withoutPlaceholder,
    queryKey: [...identityKey(identity), 'callback', state, isRepeated],
    queryFn:
      callbackUrl === undefined
        ? skipToken
        : whileLoggedIn(identity, (context: QueryFunctionContext<CallbackKey>) =>
            completeCallback(context, identity, { ...options, callbackUrl }),
          ),
    retry: false,
    staleTime: isRepeated ? 0 : 'static',
    // After an error only `refetch` fetches it again, because a flow that has failed does not change by itself.
    enabled: ({ state }) => state.status !== 'error',
  })
}

async function completeCallback(
  { client: queryClient, queryKey }: QueryFunctionContext<CallbackKey>,
  identity: QueriesIdentity,
  callback: CallbackOptions & { callbackUrl: string },
): Promise<CompletedConnect> {
  const { client, user } = identity
  if (callback.isRepeated) return completeConnectInPage(client, { ...callback, user })
  try {
    const completed = await completeConnectInPage(client, { ...callback, user })
    noteCompletedConnect(queryClient, identity, completed)
    // `cancelQueries()` drops what the query returns, and the server does not complete a flow a second time.
    queryClient.setQueryData(queryKey, completed)
    return completed
  } finally {
    void refreshAccounts(queryClient, identity)
  }
}
