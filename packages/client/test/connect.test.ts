import { beforeEach, expect, test } from 'vitest'
import {
  type CompleteConnectOptions,
  completeConnect,
  isConnectCallback,
  memoryTransactions,
  type StartConnectOptions,
  startConnect,
  type TransactionStore,
} from '../src/index.js'
import { codeChallenge } from '../src/pkce.js'
import { json, observedClient, problem } from './observed-client.js'

const redirectUri = 'https://app.example.test/connected'
const account = {
  id: 'cac_1',
  connection: 'github',
  access_type: 'offline',
  created_at: '2026-11-02T09:30:00.000Z',
}
const started = (expires_in = 300) =>
  json(201, {
    auth_session: 'session-1',
    connect_uri: 'https://tenant.example.test/connect?existing=1',
    connect_params: { ticket: 't&1' },
    expires_in,
  })

let transactions: TransactionStore
beforeEach(() => {
  transactions = memoryTransactions()
})

function start(options: Partial<StartConnectOptions> = {}, expires_in?: number) {
  const { client, requests } = observedClient(started(expires_in))
  const flow = startConnect(client, { connection: 'github', redirectUri, transactions, ...options })
  return { flow, requests }
}

/** A flow that has come back: its callback URL, and a way to complete it against an answer. */
async function comeBack(options: Partial<StartConnectOptions> = {}, expires_in?: number) {
  const { state } = await start(options, expires_in).flow
  const callbackUrl = `${redirectUri}?connect_code=code-1&state=${encodeURIComponent(state)}`
  function complete(
    answer: () => Response | Promise<Response>,
    more: Partial<CompleteConnectOptions> = {},
  ) {
    const { client, requests } = observedClient(answer)
    return { done: completeConnect(client, { callbackUrl, transactions, ...more }), requests }
  }
  return { state, callbackUrl, complete }
}

test('starts with PKCE and a state of our own, and adds the ticket to the connect_uri', async () => {
  const { flow, requests } = start({ scopes: ['repo'], authorizationParams: { prompt: 'consent' } })
  const { url, state, expiresAt } = await flow
  const body = await requests[0]?.json()
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
  expect(await codeChallenge(kept?.pending?.codeVerifier ?? '')).toBe(body.code_challenge)
})

test('two flows at once have a transaction each', async () => {
  const [first, second] = await Promise.all([start().flow, start().flow])
  expect(first.state).not.toBe(second.state)
  expect(await transactions.get(first.state)).toBeDefined()
  expect(await transactions.get(second.state)).toBeDefined()
})

test.for([
  ['connection must be', { connection: '' }],
  ['redirectUri must be an absolute URL', { redirectUri: '/connected' }],
] as const)('a wrong option is named and nothing is sent: %s', async ([message, options]) => {
  const { flow, requests } = start(options)
  await expect(flow).rejects.toThrow(message)
  expect(requests).toHaveLength(0)
})

test('a connect_uri that is no web address is refused', async () => {
  const body = {
    auth_session: 's',
    connect_uri: 'javascript:alert(1)',
    connect_params: { ticket: 't' },
    expires_in: 300,
  }
  const { client } = observedClient(json(201, body))
  const flow = startConnect(client, { connection: 'github', redirectUri, transactions })
  await expect(flow).rejects.toThrow('no web address')
})

test('completes with what was kept, and gives appState and returnTo back', async () => {
  const { complete, state } = await comeBack({ appState: { a: 1 }, returnTo: '/settings' })
  const verifier = (await transactions.get(state))?.pending?.codeVerifier
  const { done, requests } = complete(json(201, account))
  expect(await done).toEqual({ account, appState: { a: 1 }, returnTo: '/settings' })
  expect(await requests[0]?.json()).toEqual({
    auth_session: 'session-1',
    connect_code: 'code-1',
    redirect_uri: redirectUri,
    code_verifier: verifier,
  })
})

test('a callback whose parameters are in the fragment completes too', async () => {
  const { complete, callbackUrl } = await comeBack()
  const { done } = complete(json(201, account), { callbackUrl: callbackUrl.replace('?', '#') })
  expect((await done).account).toEqual(account)
})

test('completing twice at once sends once, and a reload gives the account again without sending', async () => {
  const { callbackUrl, state } = await comeBack()
  const { client, requests } = observedClient(json(201, account))
  const twice = [1, 2].map(() => completeConnect(client, { callbackUrl, transactions }))
  expect((await Promise.all(twice)).map((result) => result.account)).toEqual([account, account])
  expect(await completeConnect(client, { callbackUrl, transactions })).toEqual({ account })
  expect(requests).toHaveLength(1)
  expect(JSON.stringify(await transactions.get(state))).not.toContain('session-1')
})

test('a network failure passes untouched and the same callback resumes', async () => {
  const { complete } = await comeBack()
  const failure = new TypeError('fetch failed')
  await expect(complete(() => Promise.reject(failure)).done).rejects.toBe(failure)
  expect((await complete(json(201, account)).done).account).toEqual(account)
})

test.for([400, 404, 409])(
  'a %i after an attempt without an answer is outcome_unknown, and ends the transaction',
  async (status) => {
    const { complete, state } = await comeBack()
    await complete(() => Promise.reject(new TypeError('fetch failed'))).done.catch(() => {})
    const { done } = complete(problem(status))
    await expect(done).rejects.toMatchObject({ code: 'outcome_unknown', cause: { status } })
    expect(await transactions.get(state)).toBeUndefined()
  },
)

test.for([400, 404, 409])(
  'a %i at first is the server’s refusal and ends the transaction',
  async (status) => {
    const { complete, state } = await comeBack()
    await expect(complete(problem(status)).done).rejects.toMatchObject({
      name: 'MyAccountApiError',
      status,
    })
    expect(await transactions.get(state)).toBeUndefined()
  },
)

test.for([401, 403, 429])(
  'a %i keeps the transaction, and the code counts as unused',
  async (status) => {
    const { complete } = await comeBack()
    await expect(complete(problem(status)).done).rejects.toMatchObject({ status })
    await expect(complete(problem(400)).done).rejects.toMatchObject({ name: 'MyAccountApiError' })
  },
)

test('a 500 keeps the transaction', async () => {
  const { complete } = await comeBack()
  await expect(complete(problem(500)).done).rejects.toMatchObject({ status: 500 })
  expect((await complete(json(201, account)).done).account).toEqual(account)
})

test.for<[string, string]>([
  ['not a URL', 'callback?state=connect.x'],
  ['without state', `${redirectUri}?connect_code=c`],
  ["a login's callback", `${redirectUri}?code=c&state=abc`],
  ["a login's error", `${redirectUri}?error=access_denied&state=abc`],
])('not_a_callback: %s, nothing sent', async ([, callbackUrl]) => {
  const { client, requests } = observedClient(json(201, account))
  await expect(completeConnect(client, { callbackUrl, transactions })).rejects.toMatchObject({
    name: 'ConnectFlowError',
    code: 'not_a_callback',
  })
  expect(requests).toHaveLength(0)
  expect(isConnectCallback(callbackUrl)).toBe(false)
})

test('unknown_state: nothing sent, other transactions kept', async () => {
  const { complete, state, callbackUrl } = await comeBack()
  const { done, requests } = complete(json(201, account), { callbackUrl: `${callbackUrl}x` })
  await expect(done).rejects.toMatchObject({ code: 'unknown_state' })
  expect(requests).toHaveLength(0)
  expect(await transactions.get(state)).toBeDefined()
})

test('missing_connect_code: nothing sent, the transaction kept', async () => {
  const { complete, callbackUrl } = await comeBack()
  const without = callbackUrl.replace('connect_code=code-1&', '')
  expect(isConnectCallback(without)).toBe(true)
  const { done, requests } = complete(json(201, account), { callbackUrl: without })
  await expect(done).rejects.toMatchObject({ code: 'missing_connect_code', connection: 'github' })
  expect(requests).toHaveLength(0)
  expect((await complete(json(201, account)).done).account).toEqual(account)
})

test.for([
  ['access_denied', 'access_denied'],
  ['server_error', 'provider_error'],
])('the error %s of a callback is %s, with where to go back to', async ([error, code]) => {
  const { state, complete } = await comeBack({ returnTo: '/settings' })
  const callbackUrl = `${redirectUri}?error=${error}&error_description=No+thanks&state=${state}`
  const { done, requests } = complete(json(201, account), { callbackUrl })
  await expect(done).rejects.toMatchObject({
    code,
    error,
    returnTo: '/settings',
    connection: 'github',
  })
  await expect(done).rejects.toThrow('No thanks')
  expect(requests).toHaveLength(0)
})

test('expired: nothing sent', async () => {
  const { complete } = await comeBack({}, -1)
  const { done, requests } = complete(json(201, account))
  await expect(done).rejects.toMatchObject({ code: 'expired' })
  expect(requests).toHaveLength(0)
})

test('user_mismatch: nothing sent, and the user who started can still complete', async () => {
  const { complete } = await comeBack({ user: 'auth0|alice' })
  const { done, requests } = complete(json(201, account), { user: 'auth0|bob' })
  await expect(done).rejects.toMatchObject({ code: 'user_mismatch' })
  expect(requests).toHaveLength(0)
  const { done: again } = complete(json(201, account), { user: 'auth0|alice' })
  expect((await again).account).toEqual(account)
})

test('another user is refused also while the completion of the one who started is under way', async () => {
  const { complete } = await comeBack({ user: 'auth0|alice' })
  const { done: alice } = complete(json(201, account), { user: 'auth0|alice' })
  const { done: bob } = complete(json(201, account), { user: 'auth0|bob' })
  await expect(bob).rejects.toMatchObject({ code: 'user_mismatch' })
  expect((await alice).account).toEqual(account)
})

test('a store that cannot keep the result does not hide that the account is connected', async () => {
  const { complete } = await comeBack()
  const set = transactions.set
  transactions.set = (state, record, options) => {
    if (record.account) throw new Error('quota')
    return set(state, record, options)
  }
  expect((await complete(json(201, account)).done).account).toEqual(account)
})

test('whatever a callback URL holds, the answer is a ConnectFlowError and nothing is sent', async () => {
  const { client, requests } = observedClient(json(201, account))
  for (let n = 0; n < 500; n++) {
    const bytes = crypto.getRandomValues(new Uint8Array(40))
    const noise = String.fromCharCode(...bytes)
    const urls = [noise, `${redirectUri}?${noise}`, `${redirectUri}#state=connect.${noise}`]
    for (const callbackUrl of urls) {
      const options = { callbackUrl, transactions }
      await expect(completeConnect(client, options)).rejects.toMatchObject({
        name: 'ConnectFlowError',
      })
    }
  }
  expect(requests).toHaveLength(0)
})
