import { describe, expect, test } from 'vitest'
import { fromProver } from '../src/dpop/from-prover.js'
import {
  completeConnect,
  createConnectedAccountsClient,
  isConnectFlowError,
  iterateConnectedAccounts,
  memoryTransactions,
  type TransactionStore,
} from '../src/index.js'
import { clientWith, comeBack, connected, lost } from './flows.js'
import {
  collect,
  json,
  observedClient,
  observedFetch,
  problem,
  rejection,
} from './observed-client.js'

const older = { ...connected, id: 'cac_0' }
const newer = { ...connected, id: 'cac_2' }

/** A flow whose first attempt to complete had no answer. */
async function answerLost(flow: Parameters<typeof comeBack>[0] = {}) {
  const started = await comeBack(flow)
  await expect(started.complete(lost).done).rejects.toThrow('fetch failed')
  return started
}

test('the code is sent again, and where it still works that is the answer', async () => {
  const { completeWith } = await answerLost({ accounts: [] })
  const again = clientWith([], json(201, connected))
  expect(await completeWith(again)).toEqual({ account: connected })
  expect(again.requests.map(({ method }) => method)).toEqual(['POST'])
})

test.for([400, 404, 409])(
  'where a %i says that the code is used up, the one account that is new was connected',
  async (status) => {
    const { completeWith, transactions, state } = await answerLost({
      accounts: [older],
      appState: 1,
    })
    const again = clientWith([older, newer], problem(status))
    expect(await completeWith(again)).toEqual({ account: newer, appState: 1 })
    expect(new URL(again.requests[1]?.url ?? '').search).toBe('?take=20&connection=github')
    expect(await transactions.get(state)).toMatchObject({ account: newer })
    expect((await transactions.get(state))?.pending).toBeUndefined()
  },
)

test.for<[string, object[] | undefined, object[]]>([
  ['none is new', [older], [older]],
  ['the only one was there before', [older], []],
  ['two are new', [older], [older, connected, newer]],
  ['the accounts at the start are not known', undefined, [newer]],
])('outcome_unknown where %s, and the transaction is over', async ([, before, after]) => {
  const flow = before ? { accounts: before } : {}
  const { completeWith, transactions, state } = await answerLost({ ...flow, returnTo: '/back' })
  const again = clientWith(after, problem(400))
  await expect(completeWith(again)).rejects.toMatchObject({
    code: 'outcome_unknown',
    returnTo: '/back',
    cause: { status: 400 },
  })
  const kept = await transactions.get(state)
  expect([kept?.pending, kept?.account]).toEqual([undefined, undefined])
  await expect(completeWith(again)).rejects.toMatchObject({ code: 'outcome_unknown' })
  expect(again.sent()).toHaveLength(1)
})

test('an answer that cannot be read is as good as lost', async () => {
  const { complete, completeWith } = await comeBack({ accounts: [] })
  await expect(complete(() => new Response('{"id":', { status: 201 })).done).rejects.toMatchObject({
    code: 'unexpected_response',
  })
  expect(await completeWith(clientWith([connected], problem(400)))).toEqual({ account: connected })
})

test('a refusal connects nothing, even if its body looks like an account', async () => {
  const { complete } = await comeBack({ accounts: [] })
  expect(await rejection(complete(json(409, connected)).done)).toMatchObject({ status: 409 })
})

test('where the list fails too, nothing is decided: the same callback tries again', async () => {
  const { completeWith } = await answerLost({ accounts: [] })
  const failing = clientWith(undefined, problem(400))
  await expect(completeWith(failing)).rejects.toMatchObject({ status: 403 })
  expect(await completeWith(clientWith([connected], problem(400)))).toEqual({ account: connected })
})

test('once the time is over the code is not sent again, and the accounts tell', async () => {
  const { completeWith, transactions, state } = await answerLost({ accounts: [] })
  const kept = await transactions.get(state)
  if (!kept) throw new Error('nothing kept')
  await transactions.set(state, { ...kept, expiresAt: Date.now() }, kept)
  const again = clientWith([connected])
  expect(await completeWith(again)).toEqual({ account: connected })
  expect(again.sent()).toHaveLength(0)
})

test.for<[string, () => Promise<string>, AbortSignal | undefined]>([
  ['there was no token', () => Promise.reject(new Error('login_required')), undefined],
  [
    'it was given up before there was a token',
    () => new Promise(() => {}),
    AbortSignal.timeout(20),
  ],
])('where %s no answer was lost, as nothing was sent', async ([, accessToken, signal]) => {
  for (const isExpired of [false, true]) {
    const { callbackUrl, transactions, state, completeWith } = await comeBack({ accounts: [] })
    const { fetch } = observedFetch(json(201, connected))
    const withoutToken = createConnectedAccountsClient({ domain: 'd.test', accessToken, fetch })
    const options = { callbackUrl, transactions, signal }
    expect(isConnectFlowError(await rejection(completeConnect(withoutToken, options)))).toBe(false)
    const kept = await transactions.get(state)
    if (isExpired && kept) await transactions.set(state, { ...kept, expiresAt: Date.now() }, kept)
    const again = clientWith([], problem(400))
    const error = await rejection(completeWith(again))
    expect(error).toMatchObject(isExpired ? { code: 'expired' } : { status: 400 })
  }
})

test.for([400, 404, 409])(
  'a code that a %i refuses although no attempt is known connected the one account that is new',
  async (status) => {
    const { completeWith, transactions, state } = await comeBack({ accounts: [older] })
    const again = clientWith([older, newer], problem(status))
    expect(await completeWith(again)).toEqual({ account: newer })
    expect(await transactions.get(state)).toMatchObject({ account: newer })
  },
)

test('a refused code stays refused if two accounts are new, as no attempt is known', async () => {
  const { completeWith, transactions, state } = await comeBack({ accounts: [] })
  const again = clientWith([connected, newer], problem(400))
  expect(await rejection(completeWith(again))).toMatchObject({ code: 'bad_request' })
  expect(await transactions.get(state)).toBeUndefined()
})

test.for<[string, object[] | undefined, object[]]>([
  ['two accounts are new', [], [connected, newer]],
  ['no account is new', [connected], [connected]],
  ['the accounts at the start are not known', undefined, [connected]],
])(
  'a code that is refused is outcome_unknown in a store that may lose an attempt, if %s',
  async ([, before, after]) => {
    const { callbackUrl, transactions } = await comeBack(before ? { accounts: before } : {})
    const { client } = clientWith(after, problem(400))
    const options = { callbackUrl, transactions: { ...transactions, isLossy: true } }
    for (const cause of [{ status: 400 }, undefined]) {
      const error = await rejection(completeConnect(client, options))
      expect(error).toMatchObject({ code: 'outcome_unknown', cause })
    }
  },
)

test('one AbortController for a list and a completion: the completion counts as sent', async () => {
  const { callbackUrl, transactions, completeWith } = await comeBack({ accounts: [] })
  const abort = new AbortController()
  const { signal } = abort
  const { client, requests } = observedClient(
    (request) =>
      new Promise((_, reject) => {
        request.signal.addEventListener('abort', () => reject(request.signal.reason))
      }),
  )
  const completion = rejection(completeConnect(client, { callbackUrl, transactions, signal }))
  await expect.poll(() => requests).toHaveLength(1)
  // This one waits for a token, so that it is given up unsent, with the same reason.
  const waiting = createConnectedAccountsClient({
    domain: 'd.test',
    accessToken: () => new Promise<never>(() => {}),
  })
  const list = rejection(collect(iterateConnectedAccounts(waiting, { signal })))
  abort.abort()
  expect(await list).toBe(await completion)
  const again = clientWith([newer], problem(400))
  expect(await completeWith(again)).toEqual({ account: newer })
  expect(
    (await transactions.get(new URL(callbackUrl).searchParams.get('state') ?? ''))?.account,
  ).toEqual(newer)
})

describe('what fails after the answer', () => {
  test('a middleware that throws does not lose the account', async () => {
    const { callbackUrl, transactions, state } = await comeBack({ accounts: [] })
    const { client } = observedClient(json(201, connected))
    client.use({
      onResponse() {
        throw new Error('the log is full')
      },
    })
    expect(await completeConnect(client, { callbackUrl, transactions })).toEqual({
      account: connected,
    })
    expect(await transactions.get(state)).toMatchObject({ account: connected })
  })

  test('a prover that cannot keep the nonce does not lose the account', async () => {
    const { callbackUrl, transactions } = await comeBack({ accounts: [] })
    const { fetch } = observedFetch(
      json(201, connected, { 'dpop-nonce': 'n' }),
      problem(400, { detail: 'the code is used up' }),
      json(200, { accounts: [connected] }),
    )
    const failing = { setNonce: () => Promise.reject(new TypeError('no storage')) }
    const client = createConnectedAccountsClient({
      domain: 'd.test',
      accessToken: () => ({ accessToken: 'at', tokenType: 'DPoP' }),
      dpop: fromProver({
        generateProof: async () => 'proof',
        getNonce: async () => undefined,
        ...failing,
      }),
      fetch,
    })
    const complete = () => completeConnect(client, { callbackUrl, transactions })
    const { account } = await complete().catch(complete)
    expect(account).toEqual(connected)
  })
})

describe('accounts that other flows have connected', () => {
  test('are not taken for the one whose answer was lost', async () => {
    const a = await comeBack({ accounts: [], appState: 'a' })
    const b = await comeBack({ accounts: [], appState: 'b' })
    // A is cut off before it is sent, B connects, and A's code is refused.
    const client = clientWith([connected], json(201, connected), problem(400))
    expect(await b.completeWith(client)).toEqual({ account: connected, appState: 'b' })
    expect(await rejection(a.completeWith(client))).toMatchObject({ code: 'bad_request' })
  })

  test('are left out after a reload, too, as the store knows them', async () => {
    const transactions = memoryTransactions()
    const a = await comeBack({ accounts: [], transactions })
    const b = await comeBack({ accounts: [], transactions })
    await b.completeWith(clientWith([], json(201, connected)))
    const reloaded = clientWith([connected, newer], problem(400))
    expect(await a.completeWith(reloaded)).toEqual({ account: newer })
  })

  test('may be those of a flow in the same store whose answer was lost, too', async () => {
    const transactions = memoryTransactions()
    const a = await answerLost({ accounts: [], transactions })
    const done = await comeBack({ accounts: [], transactions })
    await done.completeWith(clientWith([], json(201, older)))
    await answerLost({ accounts: [], transactions })
    const again = clientWith([older, newer], problem(400))
    expect(await rejection(a.completeWith(again))).toMatchObject({ code: 'outcome_unknown' })
  })

  test.for<[string, (store: TransactionStore) => Promise<unknown>]>([
    ['has not been sent', (transactions) => comeBack({ accounts: [], transactions })],
    [
      'is of another connection',
      (transactions) => answerLost({ connection: 'google-oauth2', transactions }),
    ],
    [
      'was refused',
      async (transactions) => {
        const { complete } = await comeBack({ accounts: [], transactions })
        await rejection(complete(problem(400)).done)
      },
    ],
  ])('cannot be those of a flow that %s', async ([, start]) => {
    const transactions = memoryTransactions()
    const a = await answerLost({ accounts: [], transactions })
    await start(transactions)
    expect(await a.completeWith(clientWith([newer], problem(400)))).toEqual({ account: newer })
  })

  test.for<[number, object]>([
    [59, { code: 'outcome_unknown' }],
    [61, { account: newer }],
  ])(
    'may be those of a flow that expired less than an hour ago: %i minutes',
    async ([minutes, expected]) => {
      const { completeWith, transactions } = await answerLost({ accounts: [] })
      const expiresAt = Date.now() - minutes * 60_000
      const other = { connection: 'github', expiresAt, pending: { attempted: true } }
      const store = { ...transactions, otherFlows: () => [other] }
      const done = completeWith(clientWith([newer], problem(400)), { transactions: store })
      expect(await done.catch((error: unknown) => error)).toMatchObject(expected)
    },
  )

  test('may be those of a flow of the same client whose answer was lost, too', async () => {
    const a = await comeBack({ accounts: [] })
    const b = await comeBack({ accounts: [] })
    const accounts: object[] = []
    const client = clientWith(accounts, lost, lost, problem(400))
    await rejection(a.completeWith(client))
    await rejection(b.completeWith(client))
    accounts.push(newer)
    expect(await rejection(a.completeWith(client))).toMatchObject({ code: 'outcome_unknown' })
  })

  test('are left out if a flow of the same client has connected them', async () => {
    const a = await comeBack({ accounts: [] })
    const b = await comeBack({ accounts: [] })
    const accounts: object[] = []
    const client = clientWith(accounts, lost, json(201, connected), problem(400))
    await rejection(a.completeWith(client))
    await b.completeWith(client)
    accounts.push(connected, newer)
    expect(await a.completeWith(client)).toEqual({ account: newer })
  })

  test('cannot be those of a flow of the same client that was refused', async () => {
    const a = await comeBack({ accounts: [] })
    const b = await comeBack({ accounts: [] })
    const accounts: object[] = []
    const refused = problem(400)
    const client = clientWith(accounts, refused, lost, refused)
    await rejection(b.completeWith(client))
    await rejection(a.completeWith(client))
    accounts.push(newer)
    expect(await a.completeWith(client)).toEqual({ account: newer })
  })

  test('do not hide the own one from a flow whose store failed after its answer', async () => {
    const { completeWith, transactions } = await comeBack({ accounts: [] })
    const { set, delete: remove } = transactions
    const client = clientWith([connected], json(201, connected), problem(400))
    transactions.set = (state, record, options) => {
      if (record.account) throw new Error('quota')
      return set(state, record, options)
    }
    transactions.delete = () => Promise.reject(new Error('away'))
    expect(await completeWith(client)).toEqual({ account: connected })
    Object.assign(transactions, { set, delete: remove })
    expect(await completeWith(client)).toEqual({ account: connected })
  })
})
