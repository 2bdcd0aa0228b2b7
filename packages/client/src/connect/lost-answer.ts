import type { Middleware } from 'openapi-fetch'
import type { CompletedConnectedAccount, ConnectedAccount } from '../contract/types.js'
import { within } from '../http/abort.js'
import { parseJson } from '../http/json.js'
import { iterateConnectedAccounts } from '../my-account/accounts.js'
import type { ConnectedAccountsClient } from '../my-account/client.js'
import { isCompletedConnectedAccount } from '../my-account/guards.js'
import type { Transaction, TransactionStore } from './transactions.js'

/** What is known of an attempt to complete: the request as it was handed on, and its answer. */
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
      if (response.ok) attempt.answer = response.clone()
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
  const value = parseJson(await within(answer.text(), BODY_TIMEOUT).catch(() => ''))
  return isCompletedConnectedAccount(value) ? value : undefined
}

/** How many accounts {@link claimAccount} remembers for each client. */
const MAX_CLAIMS = 1000

/** Accounts that a client's flows have connected, with the `state` of the flow; the newest last. */
const claimsOf = new WeakMap<ConnectedAccountsClient, Map<string, string>>()

/** Notes that a flow has connected an account, so that no other flow of the client takes it for its own. */
export function claimAccount(client: ConnectedAccountsClient, id: string, state: string): void {
  const claims = claimsOf.get(client) ?? new Map<string, string>()
  claimsOf.set(client, claims)
  claims.delete(id)
  claims.set(id, state)
  const [oldest] = claims.keys()
  if (claims.size > MAX_CLAIMS && oldest !== undefined) claims.delete(oldest)
}

/** A flow whose answer may have been lost. */
export interface LostAnswer {
  state: string
  transaction: Transaction
  transactions: TransactionStore
  signal: AbortSignal
}

/**
 * Finds the account of a flow whose answer was lost: the only account of the connection that is new since the start. Leaves
 * out accounts that other flows have connected, as far as the client and the store know.
 *
 * @returns Undefined if there is no such account, or more than one, or if the accounts at the start are not known.
 * @throws {MyAccountApiError} when the accounts cannot be listed; then nothing is decided.
 */
export async function recoverLostAnswer(
  client: ConnectedAccountsClient,
  { state, transaction, transactions, signal }: LostAnswer,
): Promise<ConnectedAccount | undefined> {
  const { connection, pending } = transaction
  if (!pending?.accountIds) return undefined
  const kept = (await transactions.connectedAccountIds?.()) ?? []
  const others = new Set([...pending.accountIds, ...kept])
  for (const [id, claimant] of claimsOf.get(client) ?? []) if (claimant !== state) others.add(id)
  const candidates: ConnectedAccount[] = []
  for await (const account of iterateConnectedAccounts(client, { connection, signal })) {
    if (!others.has(account.id)) candidates.push(account)
  }
  const [account, another] = candidates
  return another ? undefined : account
}
