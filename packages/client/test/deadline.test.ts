import { describe, expect, test } from 'vitest'
import {
  completeConnect,
  createConnectedAccountsClient,
  type TransactionStore,
} from '../src/index.js'
import { clientWith, comeBack, connected } from './flows.js'
import { createClient, json, observedClient, problem, rejection } from './observed-client.js'

const never = () => new Promise<never>(() => {})
const timedOut = { name: 'TimeoutError' }

describe('what completeConnect waits for', () => {
  test.for<[string, (store: TransactionStore) => Partial<TransactionStore>]>([
    ['get', () => ({ get: never })],
    ['set', () => ({ set: never })],
  ])(
    'a %s of the store that hangs ends with a TimeoutError, and the next call completes',
    async ([, broken]) => {
      const { completeWith, transactions } = await comeBack()
      const client = clientWith([], json(201, connected))
      const hanging = { ...transactions, ...broken(transactions) }
      const error = await rejection(completeWith(client, { transactions: hanging, timeout: 50 }))
      expect(error).toMatchObject(timedOut)
      expect((await completeWith(client)).account).toEqual(connected)
    },
  )

  test('a store that hangs once the account is connected does not keep it back', async () => {
    const { completeWith, transactions } = await comeBack()
    const { set } = transactions
    transactions.set = (state, record, options) =>
      record.account ? never() : set(state, record, options)
    const client = clientWith([], json(201, connected))
    expect((await completeWith(client, { timeout: 50 })).account).toEqual(connected)
  })

  test('a token that never comes ends with a TimeoutError, and the next call completes', async () => {
    const { callbackUrl, transactions, completeWith, state } = await comeBack()
    const client = createConnectedAccountsClient({ domain: 'd.test', accessToken: never })
    const options = { callbackUrl, transactions, timeout: 50 }
    expect(await rejection(completeConnect(client, options))).toMatchObject(timedOut)
    expect((await transactions.get(state))?.pending?.attempted).toBe(false)
    expect((await completeWith(clientWith([], json(201, connected)))).account).toEqual(connected)
  })

  test('a fetch that ignores its signal ends with a TimeoutError, and counts as sent', async () => {
    const { callbackUrl, transactions, completeWith } = await comeBack({ accounts: [] })
    const client = createClient({ fetch: never })
    const options = { callbackUrl, transactions, timeout: 50 }
    expect(await rejection(completeConnect(client, options))).toMatchObject(timedOut)
    const again = clientWith([connected], problem(400))
    expect((await completeWith(again)).account).toEqual(connected)
  })

  test('a list that hangs after a lost answer ends with a TimeoutError, and decides nothing', async () => {
    const { callbackUrl, transactions, completeWith } = await comeBack({ accounts: [] })
    const { client } = observedClient(({ method }) => (method === 'GET' ? never() : problem(400)()))
    const options = { callbackUrl, transactions, timeout: 50 }
    expect(await rejection(completeConnect(client, options))).toMatchObject(timedOut)
    const again = clientWith([connected], problem(400))
    expect((await completeWith(again)).account).toEqual(connected)
  })

  test('a caller that waits for another one has a time limit, too', async () => {
    const { callbackUrl, transactions } = await comeBack()
    const client = createClient({ fetch: never })
    const first = rejection(completeConnect(client, { callbackUrl, transactions, timeout: 300 }))
    const options = { callbackUrl, transactions, timeout: 50 }
    const second = rejection(completeConnect(client, options))
    expect(await Promise.race([first.then(() => 'first'), second.then(() => 'second')])).toBe(
      'second',
    )
    expect(await second).toMatchObject(timedOut)
    expect(await first).toMatchObject(timedOut)
  })
})

test('after an abort nothing is written back to a transaction that was deleted', async () => {
  const { callbackUrl, transactions, state } = await comeBack()
  let isWaiting = false
  const client = createConnectedAccountsClient({
    domain: 'd.test',
    accessToken: () => {
      isWaiting = true
      return never()
    },
  })
  const abort = new AbortController()
  const options = { callbackUrl, transactions, signal: abort.signal }
  const ended = rejection(completeConnect(client, options))
  await expect.poll(() => isWaiting).toBe(true)
  await transactions.delete(state)
  abort.abort()
  await ended
  expect(await transactions.get(state)).toBeUndefined()
})
