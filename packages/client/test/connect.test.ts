import { expect, test } from 'vitest'
import { sha256 } from '../src/crypto.js'
import {
  completeConnect,
  memoryTransactions,
  startConnect,
  type TransactionStore,
} from '../src/index.js'
import { clientWith, comeBack, connected, redirectUri, start } from './flows.js'
import { json, observedClient, problem } from './observed-client.js'

test('starts with PKCE and a state of our own, and adds the ticket to the connect_uri', async () => {
  const { flow, sent, transactions } = start({
    scopes: ['repo'],
    authorizationParams: { prompt: 'consent' },
  })
  const { url, state, expiresAt } = await flow
  const body = await sent()[0]?.json()
  expect(body).toEqual({
    connection: 'github',
    redirect_uri: redirectUri,
    state,
    code_challenge: expect.stringMatching(/^[\w-]{43}$/),
    code_challenge_method: 'S256',
    scopes: ['repo'],
    authorization_params: { prompt: 'consent' },
  })
  expect(state).toMatch(/^connect\.[\w-]{43}$/)
  expect(url).toBe('https://tenant.example.test/connect?existing=1&ticket=t%261')
  expect(expiresAt - Date.now()).toBeGreaterThan(299_000)
  const kept = await transactions.get(state)
  expect(await sha256(kept?.pending?.codeVerifier ?? '')).toBe(body.code_challenge)
})

test('two flows at once have a transaction each', async () => {
  const transactions = memoryTransactions()
  const flows = [start({ transactions }).flow, start({ transactions }).flow]
  const [first, second] = await Promise.all(flows)
  expect(first?.state).not.toBe(second?.state)
  expect(await transactions.get(first?.state ?? '')).toBeDefined()
  expect(await transactions.get(second?.state ?? '')).toBeDefined()
})

test("the ids of the connection's accounts are noted at the start, in one more request", async () => {
  const { flow, requests, transactions } = start({ accounts: [connected] })
  const { state } = await flow
  const lists = requests.filter(({ method }) => method === 'GET')
  expect(lists.map(({ url }) => new URL(url).search)).toEqual(['?take=20&connection=github'])
  expect((await transactions.get(state))?.pending?.accountIds).toEqual(['cac_1'])
})

test('a flow starts also where the accounts cannot be listed', async () => {
  const { flow, transactions } = start({})
  const { state } = await flow
  expect((await transactions.get(state))?.pending).toMatchObject({ authSession: 'session-1' })
  expect((await transactions.get(state))?.pending?.accountIds).toBeUndefined()
})

test('a list that takes too long keeps nobody waiting: the flow starts without it', async () => {
  const answer = {
    auth_session: 'session-1',
    connect_uri: 'https://tenant.example.test/connect',
    connect_params: { ticket: 't' },
    expires_in: 300,
  }
  const { client } = observedClient(({ method }) =>
    method === 'GET' ? new Promise<Response>(() => undefined) : json(201, answer)(),
  )
  const transactions = memoryTransactions()
  const { state } = await startConnect(client, { connection: 'github', redirectUri, transactions })
  expect((await transactions.get(state))?.pending).toEqual({
    authSession: 'session-1',
    codeVerifier: expect.any(String),
    attempted: false,
  })
}, 5_000)

test('an abort ends the waiting for a store that hangs', async () => {
  const abort = new AbortController()
  const reason = new Error('enough')
  const transactions = {
    ...memoryTransactions(),
    set() {
      abort.abort(reason)
      return new Promise<never>(() => {})
    },
  }
  await expect(start({ transactions, signal: abort.signal }).flow).rejects.toBe(reason)
})

test('a flow that is refused stops the list of accounts', async () => {
  const signals: AbortSignal[] = []
  const { client, requests } = observedClient(({ method, signal }) => {
    if (method === 'POST') return problem(404)()
    signals.push(signal)
    return new Promise((_, reject) => signal.addEventListener('abort', () => reject(signal.reason)))
  })
  const transactions = memoryTransactions()
  const flow = startConnect(client, { connection: 'github', redirectUri, transactions })
  await expect(flow).rejects.toMatchObject({ code: 'not_found' })
  expect(signals).toMatchObject([{ aborted: true }])
  expect(requests).toHaveLength(2)
})

test.for(['javascript:alert(1)', '/connect', 'app.example:/connect'])(
  'a connect_uri that is no web address is an unexpected_response: %s',
  async (connect_uri) => {
    const body = {
      auth_session: 's',
      connect_uri,
      connect_params: { ticket: 't' },
      expires_in: 300,
    }
    const { client } = observedClient(json(201, body))
    const transactions = memoryTransactions()
    const flow = startConnect(client, { connection: 'github', redirectUri, transactions })
    await expect(flow).rejects.toMatchObject({ code: 'unexpected_response', status: 201 })
  },
)

test('what is no store is refused before anything is sent', async () => {
  // The first is not called. The types would forbid both.
  for (const wrong of [memoryTransactions, null]) {
    const transactions = wrong as unknown as TransactionStore // as JavaScript can pass it
    const { client, requests } = clientWith([], json(201, connected))
    const flow = startConnect(client, { connection: 'github', redirectUri, transactions })
    await expect(flow).rejects.toThrow('transactions must be a store')
    const { callbackUrl } = await comeBack()
    const completed = completeConnect(client, { callbackUrl, transactions })
    await expect(completed).rejects.toThrow('transactions must be a store')
    expect(requests).toHaveLength(0)
  }
})

test('a store that cannot keep the transaction is said, and there is no URL to go to', async () => {
  const full = new Error('quota')
  const transactions = { ...memoryTransactions(), set: () => Promise.reject(full) }
  await expect(start({ transactions }).flow).rejects.toBe(full)
})
