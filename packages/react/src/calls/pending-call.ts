import {
  type CompletedConnectedAccount,
  type ConnectionRequiredError,
  readConnectionRequired,
  sessionStorageTransactions,
  type TransactionStore,
} from '@connected-accounts/client'
import { type AccountsIdentity, getPendingCallback } from '@connected-accounts/client/browser'
import { callbackState } from '@connected-accounts/client/internal'
import {
  type QueryClient,
  type QueryFunctionContext,
  type QueryKey,
  queryOptions,
  skipToken,
} from '@tanstack/react-query'
import { callbackOptions } from '../queries/callback.js'
import { type KeptCallsKey, keptCallsKey } from '../queries/keys.js'
import { type QueryOptions, whileLoggedIn, withoutPlaceholder } from '../queries/options.js'
import { forgetCall, type KeptCall, keptCallName, readCall } from './kept-calls.js'

/** A call that the person decides about, because they were away, or have connected another account. */
export interface Offer {
  variables: unknown
  required: ConnectionRequiredError | undefined
  /** The account that was connected. */
  account: CompletedConnectedAccount
  /** Id of the account that was to be connected. */
  reconnectAccountId?: string | undefined
}

/** Returns true if the person connected another account than the one that was to be connected. */
export function isDifferentAccount({
  account,
  reconnectAccountId,
}: Pick<Offer, 'account' | 'reconnectAccountId'>): boolean {
  return reconnectAccountId !== undefined && reconnectAccountId !== account.id
}

/**
 * What became of a call that was kept while the page was left. `waiting`: this page is completing the flow. `offered`: the person
 * decides whether to go on. `resumed`: it goes on by itself. `over`: the person has decided, or the time is over. Null: none was kept.
 */
export type PendingCallState =
  | { phase: 'waiting' | 'resumed' | 'over' }
  | { phase: 'offered'; call: KeptCall; offer: Offer }
  | null

/** Says which call, and whether it goes on by itself. */
export interface PendingCallOptions {
  /** Without a key, no call is kept. */
  key: QueryKey | undefined
  resume: 'ask' | 'auto'
  /** The store of the flow that the page was left for. Default: `sessionStorageTransactions()`. */
  transactions: TransactionStore | undefined
}

/** Key of the query that finds a kept call. */
export type PendingCallKey = [...KeptCallsKey, QueryKey | undefined]

/** How often a page looks whether it has completed its flow, in milliseconds. */
const LOOKING = 200

/** Options of the query that finds what became of a kept call. It sends nothing. */
export function pendingCallOptions(
  identity: AccountsIdentity,
  options: PendingCallOptions,
): QueryOptions<PendingCallState, PendingCallKey> {
  const { key } = options
  return queryOptions<PendingCallState, Error, PendingCallState, PendingCallKey>({
    ...withoutPlaceholder,
    queryKey: [...keptCallsKey(identity), key],
    queryFn:
      key === undefined
        ? skipToken
        : whileLoggedIn(identity, (context: QueryFunctionContext<PendingCallKey>) =>
            findPendingCall(identity, { ...options, key, context }),
          ),
    networkMode: 'always',
    retry: false,
    staleTime: 0,
    gcTime: 0,
    refetchInterval: ({ state: { data } }) => {
      if (data?.phase === 'waiting') return LOOKING
      return data?.phase === 'offered' && Math.max(data.call.expiresAt - Date.now(), LOOKING)
    },
  })
}

interface Lookup extends PendingCallOptions {
  key: QueryKey
  context: QueryFunctionContext<PendingCallKey>
}

async function findPendingCall(
  identity: AccountsIdentity,
  { key, resume, transactions = sessionStorageTransactions(), context }: Lookup,
): Promise<PendingCallState> {
  const { client: queryClient, queryKey } = context
  const name = keptCallName(identity, key)
  const call = readCall(name)
  if (!call) {
    const before = queryClient.getQueryData<PendingCallState>(queryKey)
    if (!before || before.phase === 'waiting') return null
    return before.phase === 'resumed' ? before : { phase: 'over' }
  }
  const transaction = await transactions.get(call.state)
  if (transaction?.pending) {
    return isCompleting(queryClient, identity, call) ? { phase: 'waiting' } : null
  }
  const { account, reconnectAccountId } = transaction ?? {}
  if (!account) {
    forgetCall(name) // the person has cancelled, or it is not known which account was connected
    return null
  }
  const { variables } = call
  const required = readConnectionRequired(call.required)
  const offer: Offer = { variables, required, account, reconnectAccountId }
  if (resume === 'ask' || isDifferentAccount(offer)) return { phase: 'offered', call, offer }
  forgetCall(name)
  return { phase: 'resumed' }
}

/** Returns true if this page is the callback of the flow, and its completion has not failed. */
function isCompleting(
  queryClient: QueryClient,
  identity: AccountsIdentity,
  { state }: KeptCall,
): boolean {
  const callbackUrl = getPendingCallback()?.url
  if (callbackUrl === undefined || callbackState(callbackUrl) !== state) return false
  const { queryKey } = callbackOptions(identity, { callbackUrl })
  return queryClient.getQueryState(queryKey)?.status !== 'error'
}
