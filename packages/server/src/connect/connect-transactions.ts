import type { Transaction, TransactionStore } from '@connected-accounts/client'
import { within } from '@connected-accounts/client/internal'
import type { Transactions } from '../cookies/transaction-cookies.js'
import type { FlowMemory } from '../sessions/flow-memory.js'

/** How long a flow is remembered after it has expired, in milliseconds: as long as its cookie. */
const GRACE = 3_600_000
/** How long the end of a flow waits for the memory, in milliseconds: less than `completeConnect` waits for its store. */
const PATIENCE = 2000
/** How many bytes the ids of a connection's accounts may take in a cookie. */
const MAX_IDS = 700

/**
 * Creates the store of a browser's connect flows for one call of `startConnect` or `completeConnect`. A flow is in a cookie of the
 * browser. What `completeConnect` saves is also remembered here, because a cookie is lost if the answer that sets it is lost.
 */
export function createConnectTransactions(
  cookies: Transactions<Transaction>,
  memory: FlowMemory,
): TransactionStore {
  const { newest, remember, forget, save, otherFlows } = createRecords(cookies, memory)

  /** Tells the other flows that an account is not theirs, so that nothing depends on how long this flow is kept. */
  async function claimAccount(state: string, { connection, account }: Transaction): Promise<void> {
    if (!account) return
    for (const [other, record] of await otherFlows(state)) {
      const { pending } = record
      if (!pending?.accountIds || record.connection !== connection) continue
      const accountIds = [...pending.accountIds, account.id]
      const changed = withFewIds({ ...record, pending: { ...pending, accountIds } })
      await save(other, changed)
      await remember(other, changed)
    }
  }
  /** Saves a flow that has ended. The answer of the API must not be lost because the memory fails. */
  async function end(state: string, outcome: Transaction): Promise<void> {
    await save(state, outcome)
    const rest = Promise.all([remember(state, outcome), claimAccount(state, outcome)])
    await within(rest, PATIENCE).catch(() => {})
  }

  return {
    isLossy: !memory.isComplete,
    async get(state) {
      const kept = await cookies.get(state)
      const record = kept && (await newest(state, kept))
      if (record && record !== kept && !record.pending) await end(state, record)
      return record
    },
    async set(state, record) {
      if (!record.pending) return end(state, record)
      await remember(state, record) // an attempt must be known before it is made
      await save(state, withFewIds(record))
    },
    async delete(state) {
      await cookies.delete(state)
      await forget(state)
    },
    async otherFlows(state) {
      const flows = (await otherFlows(state)).map(([, record]) => record)
      return memory.isComplete ? flows : flows.map(asIfAttempted)
    },
  }
}

/** The records of a browser's connect flows: in cookies, and remembered. */
function createRecords(cookies: Transactions<Transaction>, memory: FlowMemory) {
  /** The secrets of the flows that were read, by state. The record of a flow that has ended has none. */
  const secrets = new Map<string, string>()

  /** Returns what is remembered of a flow, which is at least as new as the record of its cookie. */
  async function newest(state: string, kept: Transaction): Promise<Transaction> {
    if (!kept.pending) return kept
    const { codeVerifier } = kept.pending
    secrets.set(state, codeVerifier)
    const remembered = (await memory.get(codeVerifier)) as Transaction | undefined // only `remember` has the secret
    return remembered ?? kept
  }
  async function remember(state: string, record: Transaction): Promise<void> {
    const secret = secrets.get(state) // a flow that was just started has none, and needs none
    if (secret !== undefined) await memory.set(secret, record, record.expiresAt + GRACE)
  }
  async function forget(state: string): Promise<void> {
    const secret = secrets.get(state)
    if (secret !== undefined) await memory.delete(secret)
  }
  async function save(state: string, record: Transaction): Promise<void> {
    const { expiresAt, account } = record
    await cookies.set(state, record, { expiresAt, isEnded: account !== undefined })
  }
  async function otherFlows(state: string): Promise<[string, Transaction][]> {
    const flows: [string, Transaction][] = []
    for (const [other, kept] of await cookies.otherFlows(state))
      flows.push([other, await newest(other, kept)])
    return flows
  }
  return { newest, remember, forget, save, otherFlows }
}

/** Another machine may have attempted to complete the flow, without an answer that reached the browser. */
function asIfAttempted({ pending, ...record }: Transaction): Transaction {
  return pending ? { ...record, pending: { ...pending, attempted: true } } : record
}

/** Leaves the ids of accounts out if they are many. Then a lost answer is `outcome_unknown` rather than a cookie too large. */
function withFewIds(record: Transaction): Transaction {
  const { pending } = record
  if (!pending || JSON.stringify(pending.accountIds ?? []).length <= MAX_IDS) return record
  return { ...record, pending: { ...pending, accountIds: undefined } }
}
