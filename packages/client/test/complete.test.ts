import { expect, onTestFinished, test, vi } from 'vitest'
import { completeConnect, isConnectCallback, memoryTransactions } from '../src/index.js'
import { clientWith, comeBack, connected, lost, redirectUri } from './flows.js'
import { json, problem, rejection } from './observed-client.js'

const account = connected

test('completes with what was kept, and gives appState, returnTo and reconnectAccountId back', async () => {
  const given = { appState: { a: 1 }, returnTo: '/settings', reconnectAccountId: 'cac_1' }
  const { complete, state, transactions } = await comeBack(given)
  const verifier = (await transactions.get(state))?.pending?.codeVerifier
  const { done, sent } = complete(json(201, account))
  expect(await done).toEqual({ account, ...given })
  expect(await sent()[0]?.json()).toEqual({
    auth_session: 'session-1',
    connect_code: 'code-1',
    redirect_uri: redirectUri,
    code_verifier: verifier,
  })
})

test('gives the login_hint of the flow back, and nothing if it had none', async () => {
  const authorizationParams = { login_hint: 'alice@google.example' }
  const { complete } = await comeBack({ authorizationParams })
  const { done } = complete(json(201, account))
  expect((await done).loginHint).toBe('alice@google.example')
  const plain = await comeBack()
  expect((await plain.complete(json(201, account)).done).loginHint).toBeUndefined()
})

test('a state in the fragment that is not ours hides no callback', async () => {
  const { complete, callbackUrl } = await comeBack()
  const { done } = complete(json(201, account), { callbackUrl: `${callbackUrl}#state=tab-2` })
  expect((await done).account).toEqual(account)
})

test('a callback whose parameters are in the fragment completes too', async () => {
  const { complete, callbackUrl } = await comeBack()
  const { done } = complete(json(201, account), { callbackUrl: callbackUrl.replace('?', '#') })
  expect((await done).account).toEqual(account)
})

test('after success the record is the result, without what completed the flow', async () => {
  const { complete, completeWith, state, transactions } = await comeBack({ accounts: [] })
  const verifier = (await transactions.get(state))?.pending?.codeVerifier ?? ''
  await complete(json(201, account)).done
  const kept = JSON.stringify(await transactions.get(state))
  expect(kept).not.toContain(verifier)
  expect(kept).not.toContain('session-1')
  const again = clientWith([])
  expect(await completeWith(again)).toEqual({ account })
  expect(again.requests).toHaveLength(0)
})

test('a result is given again until the transaction expires, then it is unknown_state', async () => {
  const { complete, state, transactions } = await comeBack()
  await complete(json(201, account)).done
  const kept = await transactions.get(state)
  if (!kept) throw new Error('nothing kept')
  await transactions.set(state, { ...kept, expiresAt: Date.now() }, kept)
  const { done, sent } = complete(json(201, account))
  await expect(done).rejects.toMatchObject({ code: 'unknown_state' })
  expect(sent()).toHaveLength(0)
})

test.for([400, 404, 409])(
  'a %i at first is the server’s refusal and ends the transaction',
  async (status) => {
    const { complete, state, transactions } = await comeBack({ accounts: [] })
    await expect(complete(problem(status)).done).rejects.toMatchObject({
      name: 'MyAccountApiError',
      status,
    })
    expect(await transactions.get(state)).toBeUndefined()
  },
)

test.for<[string, () => Response]>([
  ['401', problem(401)],
  ['403', problem(403)],
  ['415', problem(415)],
  ['429', problem(429)],
  [
    '400 for the proof',
    problem(400, {}, { 'www-authenticate': 'DPoP error="invalid_dpop_proof"' }),
  ],
])('a %s keeps the transaction, and the code counts as unused', async ([, answer]) => {
  const { complete, state, transactions } = await comeBack()
  await expect(complete(answer).done).rejects.toMatchObject({ status: answer().status })
  expect((await transactions.get(state))?.pending?.attempted).toBe(false)
  await expect(complete(problem(400)).done).rejects.toMatchObject({ name: 'MyAccountApiError' })
})

test('a 500 keeps the transaction', async () => {
  const { complete } = await comeBack()
  await expect(complete(problem(500)).done).rejects.toMatchObject({ status: 500 })
  expect((await complete(json(201, account)).done).account).toEqual(account)
})

test('a 500 is no refusal, even if it says what is wrong with the request', async () => {
  const { complete, state, transactions } = await comeBack({ accounts: [] })
  const validation_errors = [{ detail: 'wrong', field: 'connect_code' }]
  const error = await rejection(complete(problem(500, { validation_errors })).done)
  expect(error).toMatchObject({ code: 'unexpected_response', status: 500 })
  expect((await transactions.get(state))?.pending?.attempted).toBe(true)
})

test.for<[string, string]>([
  ['not a URL', 'callback?state=connect.x'],
  ['without state', `${redirectUri}?connect_code=c`],
  ["a login's callback", `${redirectUri}?code=c&state=abc`],
  ["a login's error", `${redirectUri}?error=access_denied&state=abc`],
])('not_a_callback: %s, nothing sent', async ([, callbackUrl]) => {
  const { client, requests } = clientWith([])
  const transactions = memoryTransactions()
  await expect(completeConnect(client, { callbackUrl, transactions })).rejects.toMatchObject({
    name: 'ConnectFlowError',
    code: 'not_a_callback',
  })
  expect(requests).toHaveLength(0)
  expect(isConnectCallback(callbackUrl)).toBe(false)
})

test('unknown_state: nothing sent, other transactions kept', async () => {
  const { complete, state, callbackUrl, transactions } = await comeBack()
  const { done, sent } = complete(json(201, account), { callbackUrl: `${callbackUrl}x` })
  await expect(done).rejects.toMatchObject({ code: 'unknown_state' })
  expect(sent()).toHaveLength(0)
  expect(await transactions.get(state)).toBeDefined()
})

test('missing_connect_code: nothing sent, the transaction kept', async () => {
  const { complete, callbackUrl } = await comeBack()
  const without = callbackUrl.replace('connect_code=code-1&', '')
  expect(isConnectCallback(without)).toBe(true)
  const { done, sent } = complete(json(201, account), { callbackUrl: without })
  await expect(done).rejects.toMatchObject({ code: 'missing_connect_code', connection: 'github' })
  expect(sent()).toHaveLength(0)
  expect((await complete(json(201, account)).done).account).toEqual(account)
})

test.for([
  ['access_denied', 'access_denied'],
  ['server_error', 'provider_error'],
])('the error %s of a callback is %s, with where to go back to', async ([error, code]) => {
  const { state, complete } = await comeBack({ returnTo: '/settings', reconnectAccountId: 'cac_1' })
  const callbackUrl = `${redirectUri}?error=${error}&error_description=No+thanks&state=${state}`
  const { done, sent } = complete(json(201, account), { callbackUrl })
  await expect(done).rejects.toMatchObject({
    code,
    error,
    returnTo: '/settings',
    reconnectAccountId: 'cac_1',
    connection: 'github',
  })
  await expect(done).rejects.toThrow('No thanks')
  expect(sent()).toHaveLength(0)
})

test('an error of a callback without a description is its own message', async () => {
  const { state, complete } = await comeBack()
  const callbackUrl = `${redirectUri}?error=server_error&state=${state}`
  const error = await rejection(complete(json(201, account), { callbackUrl }).done)
  expect(error).toMatchObject({ code: 'provider_error', message: 'server_error' })
})

test.for([403, 404])(
  'a %i that is not of the API, such as the page of a proxy, keeps the transaction and counts as sent',
  async (status) => {
    const { complete, state, transactions } = await comeBack({ accounts: [] })
    const page = () => new Response('<html>', { status })
    const error = await rejection(complete(page).done)
    expect(error).toMatchObject({ code: 'unexpected_response', status })
    expect((await transactions.get(state))?.pending?.attempted).toBe(true)
  },
)

test('a completion does not wait for one of another flow', async () => {
  const hanging = await comeBack()
  const abort = new AbortController()
  const client = clientWith([], () => new Promise<Response>(() => {}))
  const first = rejection(hanging.completeWith(client, { signal: abort.signal }))
  await expect.poll(() => client.sent().length).toBe(1)
  const { complete } = await comeBack()
  expect((await complete(json(201, account)).done).account).toEqual(account)
  abort.abort(new Error('enough'))
  expect(await first).toMatchObject({ message: 'enough' })
})

test('a flow has expired at the moment that expiresAt says', async () => {
  const { complete, state, transactions } = await comeBack()
  const kept = await transactions.get(state)
  vi.useFakeTimers({ toFake: ['Date'], now: kept?.expiresAt ?? 0 })
  onTestFinished(() => void vi.useRealTimers())
  await expect(complete(json(201, account)).done).rejects.toMatchObject({ code: 'expired' })
})

test('expired: nothing sent', async () => {
  const { complete } = await comeBack({ expires_in: -1 })
  const { done, sent } = complete(json(201, account))
  await expect(done).rejects.toMatchObject({ code: 'expired' })
  expect(sent()).toHaveLength(0)
})

test.for([['auth0|bob'], [undefined]])(
  'user_mismatch: for %s nothing is sent, and the user who started can still complete',
  async ([user]) => {
    const { complete } = await comeBack({ user: 'auth0|alice' })
    const { done, sent } = complete(json(201, account), { user })
    await expect(done).rejects.toMatchObject({ code: 'user_mismatch' })
    expect(sent()).toHaveLength(0)
    const { done: again } = complete(json(201, account), { user: 'auth0|alice' })
    expect((await again).account).toEqual(account)
    const { done: result } = complete(json(201, account), { user })
    await expect(result).rejects.toMatchObject({ code: 'user_mismatch' })
  },
)

test.for([['auth0|bob'], [undefined]])(
  'a transaction without a user may be completed by %s',
  async ([user]) => {
    const { complete } = await comeBack()
    expect((await complete(json(201, account), { user }).done).account).toEqual(account)
  },
)

test('a store that cannot note the attempt is said, and nothing is sent', async () => {
  const { complete, transactions } = await comeBack()
  const full = new Error('quota')
  const { done, sent } = complete(json(201, account), {
    transactions: { ...transactions, set: () => Promise.reject(full) },
  })
  await expect(done).rejects.toBe(full)
  expect(sent()).toHaveLength(0)
})

test('a store that cannot keep the result does not hide that the account is connected, and loses the verifier', async () => {
  const { complete, state, transactions } = await comeBack()
  const { set } = transactions
  transactions.set = (key, record, options) => {
    if (record.account) throw new Error('quota')
    return set(key, record, options)
  }
  expect((await complete(json(201, account)).done).account).toEqual(account)
  expect(await transactions.get(state)).toBeUndefined()
})

test('a network failure passes untouched and the same callback resumes', async () => {
  const { complete } = await comeBack()
  const failure = new TypeError('fetch failed')
  await expect(complete(() => Promise.reject(failure)).done).rejects.toBe(failure)
  expect((await complete(json(201, account)).done).account).toEqual(account)
})

test('an attempt that was lost leaves a record no longer than before, so that a full storage can note it', async () => {
  const { complete, state, transactions } = await comeBack()
  const before = JSON.stringify(await transactions.get(state)).length
  await expect(complete(lost).done).rejects.toThrow('fetch failed')
  const after = await transactions.get(state)
  expect(after?.pending?.attempted).toBe(true)
  expect(JSON.stringify(after).length).toBeLessThanOrEqual(before)
})
