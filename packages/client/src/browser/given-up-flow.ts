import { outcomeUnknown } from '../connect/lost-answer.js'
import {
  keepOutcome,
  type Transaction,
  type TransactionStore,
  tryStore,
} from '../connect/transactions.js'
import { type ConnectionReference, connectionName } from '../connections/define-connections.js'
import { ConnectFlowError } from '../errors/connect-flow-error.js'
import { LONGEST_TIMER } from '../http/abort.js'

/**
 * Aborts a flow with `expired` when its time is over.
 *
 * @param expiresAt - In milliseconds since the epoch.
 * @returns The timer.
 * @internal
 */
export function abortAtExpiry(
  abort: AbortController,
  expiresAt: number,
  { connection, ...options }: { connection: ConnectionReference },
): ReturnType<typeof setTimeout> {
  const expire = () =>
    abort.abort(
      new ConnectFlowError('expired', {
        ...options,
        connection: connectionName(connection),
        message: 'The user did not come back in time, so this flow has expired. Start a new one.',
      }),
    )
  return setTimeout(expire, Math.min(expiresAt - Date.now(), LONGEST_TIMER))
}

/**
 * Ends a flow that has failed in this page, so that nothing completes it later.
 *
 * @returns The error to throw: `outcome_unknown` if the flow was attempted and may have connected an account.
 * @internal
 */
export async function giveUpFlow(
  flow: { transactions: TransactionStore; state: string; signal: AbortSignal | undefined },
  error: unknown,
): Promise<unknown> {
  const { transactions, state, signal } = flow
  let attempted: Transaction | undefined
  await tryStore(async () => {
    const transaction = await transactions.get(state)
    if (transaction?.pending?.attempted) attempted = transaction
    else if (transaction?.pending) await transactions.delete(state)
  })
  if (!attempted) return error
  await keepOutcome(flow, attempted)
  return signal?.aborted ? error : outcomeUnknown(attempted, error)
}
