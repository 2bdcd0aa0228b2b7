import { describe, expect, test } from 'vitest'
import {
  type ConnectedAccountsClient,
  type ConnectedAccountsClientOptions,
  completeConnect,
  createConnectedAccountsClient,
  deleteConnectedAccount,
  listConnectedAccounts,
  memoryTransactions,
  startConnect,
  type TransactionStore,
} from '../src/index.js'
import { clientWith, comeBack, connected, redirectUri } from './flows.js'
import {
  createClient,
  json,
  observedClient,
  observedFetch,
  problem,
  rejection,
} from './observed-client.js'

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

const bodyWithoutEnd = async () => new Response(new ReadableStream(), { status: 201 })

describe('what startConnect waits for', () => {
  const started = json(201, {
    auth_session: 'session-1',
    connect_uri: 'https://tenant.example.test/connect',
    connect_params: { ticket: 't1' },
    expires_in: 300,
  })
  const startWith = (client: ConnectedAccountsClient, transactions = memoryTransactions()) =>
    startConnect(client, { connection: 'github', redirectUri, transactions })

  test.for<[string, Partial<ConnectedAccountsClientOptions>]>([
    ['an access token that never comes', { accessToken: never }],
    ['a fetch that ignores its signal', { fetch: never }],
    ['an answer whose body never ends', { fetch: bodyWithoutEnd }],
  ])('%s ends with a TimeoutError', async ([, options]) => {
    const client = createConnectedAccountsClient({
      domain: 'tenant.example.test',
      accessToken: 'token',
      timeout: 50,
      ...options,
    } as ConnectedAccountsClientOptions) // a part of it has lost that domain goes with accessToken
    expect(await rejection(startWith(client))).toMatchObject(timedOut)
  })

  test('a store that hangs ends with a TimeoutError', async () => {
    const client = createClient({ fetch: async () => started(), timeout: 50 })
    const hanging = { ...memoryTransactions(), set: never }
    expect(await rejection(startWith(client, hanging))).toMatchObject(timedOut)
  })
})

describe('what a call waits for', () => {
  test.for<[string, () => Promise<Response>]>([
    ['an answer', never],
    ['the end of its body', bodyWithoutEnd],
  ])('%s that never comes ends with a TimeoutError', async ([, fetch]) => {
    const client = createClient({ fetch, timeout: 50 })
    const calls = [
      listConnectedAccounts(client),
      deleteConnectedAccount(client, 'cac_1'),
      client.GET('/connected-accounts/accounts'),
      client.GET('/connected-accounts/accounts', { fetch }),
    ]
    for (const error of await Promise.all(calls.map(rejection)))
      expect(error).toMatchObject(timedOut)
  })

  test('completeConnect takes no longer than the timeout of the client', async () => {
    const { callbackUrl, transactions } = await comeBack()
    const client = createClient({ fetch: never, timeout: 50 })
    const error = await rejection(completeConnect(client, { callbackUrl, transactions }))
    expect(error).toMatchObject(timedOut)
  })

  test('a token that comes after the time is over is not sent', async () => {
    let comes = (_: string) => {}
    const accessToken = () => new Promise<string>((resolve) => (comes = resolve))
    const { fetch, requests } = observedFetch(json(200, { accounts: [] }))
    const options = { domain: 'tenant.example.test', accessToken, fetch, timeout: 50 }
    const client = createConnectedAccountsClient(options)
    expect(await rejection(listConnectedAccounts(client))).toMatchObject(timedOut)
    comes('token')
    await listConnectedAccounts(createClient({ fetch })) // later than the first one would be sent
    expect(requests).toHaveLength(1)
  })

  test('a stream is read for as long as it takes, and the signal of its caller ends it', async () => {
    const abort = new AbortController()
    const fetch = async ({ signal }: Request) => {
      const body = new ReadableStream({
        start: (stream) => signal.addEventListener('abort', () => stream.error(signal.reason)),
      })
      return new Response(body)
    }
    const client = createClient({ fetch, timeout: 50 })
    const call = { parseAs: 'stream', signal: abort.signal } as const
    const { data } = await client.GET('/connected-accounts/accounts', call)
    const read = rejection(new Response(data ?? null).text())
    const pause = new Promise((resolve) => setTimeout(() => resolve('still open'), 100))
    expect(await Promise.race([read, pause])).toBe('still open')
    const reason = new Error('enough')
    abort.abort(reason)
    expect(await read).toBe(reason)
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
