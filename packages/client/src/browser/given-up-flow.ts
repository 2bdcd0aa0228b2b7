import { outcomeUnknown } from '../connect/lost-answer.js'
import {
  keepOutcome,
  type Transaction,
  type TransactionStore,
  tryStore,
} from '../connect/transactions.js'

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
