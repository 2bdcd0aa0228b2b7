import type { Middleware } from 'openapi-fetch'
import type { CompletedConnectedAccount, ConnectedAccount } from '../contract/types.js'
import { ConnectFlowError } from '../errors/connect-flow-error.js'
import { within } from '../http/abort.js'
import { parseJson } from '../http/json.js'
import { iterateConnectedAccounts } from '../my-account/accounts.js'
import type { ConnectedAccountsClient } from '../my-account/client.js'
import { isCompletedConnectedAccount } from '../my-account/guards.js'
import { isPromised } from '../my-account/unwrap.js'
import {
  type FlowNote,
  isStale,
  noteOf,
  type Transaction,
  type TransactionStore,
} from './transactions.js'

/** The statuses of a flow that was completed: the contract promises 201, and the text of Auth0's documentation 200. */
export const COMPLETED = [201, 200]

/** What is known about an attempt to complete a flow: the request after all middleware, and its answer. */
export interface Attempt {
  request?: Request
  answer?: Response
}

/** A middleware of one call, which sees the request last and the answer first. */
export function observe(attempt: Attempt): Middleware {
  return {
    onRequest({ request }) {
      attempt.request = request
    },
    onResponse({ response }) {
      if (isPromised(response, COMPLETED)) attempt.answer = response.clone()
    },
  }
}

/** How long a failed attempt waits for the rest of an answer that has begun, in milliseconds. */
const BODY_TIMEOUT = 1000

/** Returns the account of a successful answer after which something else has failed, such as a middleware. */
export async function accountIn(
  answer: Response | undefined,
): Promise<CompletedConnectedAccount | undefined> {
  if (!answer) return undefined
  const value = await within(answer.text(), BODY_TIMEOUT).then(parseJson, () => undefined)
  return isCompletedConnectedAccount(value) ? value : undefined
}

/** How many flows {@link rememberFlow} keeps for each client. */
const MAX_FLOWS = 1000

/** What this page knows of a client's flows that were sent, by `state`; the newest last. */
const flowsOf = new WeakMap<ConnectedAccountsClient, Map<string, FlowNote>>()

/** Remembers in this page what a flow has come to; undefined, if it has connected nothing. */
export function rememberFlow(
  client: ConnectedAccountsClient,
  state: string,
  flow: FlowNote | undefined,
): void {
  const flows = flowsOf.get(client) ?? new Map<string, FlowNote>()
  flowsOf.set(client, flows)
  flows.delete(state)
  if (flow) flows.set(state, noteOf(flow))
  const [oldest] = flows.keys()
  if (flows.size > MAX_FLOWS && oldest !== undefined) flows.delete(oldest)
}

/** A flow whose answer may have been lost. */
export interface LostAnswer {
  state: string
  transaction: Transaction
  transactions: TransactionStore
  signal: AbortSignal
}

/**
 * Finds the account of a flow whose answer was lost: the only account of the connection that is new since the start and that no
 * other flow can have connected. Other flows are those that this page and the store know. Their accounts are left out. If one
 * of them was sent and its account is not known, a new account may belong to it, so none is found.
 *
 * @returns Undefined if there is no such account or more than one, or if the accounts at the start are not known.
 * @throws {MyAccountApiError} when the accounts cannot be listed; then nothing is decided.
 */
export async function recoverLostAnswer(
  client: ConnectedAccountsClient,
  flow: LostAnswer,
): Promise<ConnectedAccount | undefined> {
  const { connection, pending } = flow.transaction
  if (!pending?.accountIds) return undefined
  const accounts: ConnectedAccount[] = []
  for await (const account of iterateConnectedAccounts(client, { connection, signal: flow.signal }))
    accounts.push(account)
  // Looked up after the list: a flow notes that it is sent before it connects an account.
  const others = await otherFlows(client, flow)
  if (others.some(isUndecided)) return undefined
  const known = new Set([...pending.accountIds, ...others.map(({ account }) => account?.id)])
  const [account, another] = accounts.filter(({ id }) => !known.has(id))
  return another ? undefined : account
}

/** Returns the other flows of the same connection that this page or the store knows. */
async function otherFlows(
  client: ConnectedAccountsClient,
  { state, transaction, transactions }: LostAnswer,
): Promise<FlowNote[]> {
  const inPage = [...(flowsOf.get(client) ?? [])].filter(([other]) => other !== state)
  const inStore = (await transactions.otherFlows?.(state)) ?? []
  const flows = [...inPage.map(([, flow]) => flow), ...inStore]
  return flows.filter(({ connection }) => connection === transaction.connection)
}

/** Returns true if a flow was sent, and it is not known which account it has connected. */
function isUndecided({ account, pending, expiresAt }: FlowNote): boolean {
  return !account && pending?.attempted !== false && !isStale(expiresAt)
}

/** Creates the error of a flow that may have connected an account. */
export function outcomeUnknown(transaction: Transaction, cause?: unknown): ConnectFlowError {
  return new ConnectFlowError('outcome_unknown', {
    ...transaction,
    cause,
    message:
      'An earlier attempt may have had no answer, so the account may be connected. List the accounts before you start a new flow.',
  })
}
