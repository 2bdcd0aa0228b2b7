import { createEmulator, type Emulator } from '@connected-accounts/emulator'
import { browse } from '@connected-accounts/testing/person/consent'
import { redirectUri } from '@connected-accounts/testing/person/login'
import { afterAll, beforeAll, beforeEach, expect, test } from 'vitest'
import {
  type ConnectedAccountsClient,
  completeConnect,
  iterateConnectedAccounts,
  memoryTransactions,
  startConnect,
} from '../src/index.js'
import { logInBound } from './bound-session.js'
import { collect, rejection } from './observed-client.js'

let emulator: Emulator
beforeAll(async () => {
  emulator = await createEmulator({ port: 0 })
})
beforeEach(() => emulator.reset())
afterAll(() => emulator.close())

const user = 'auth0|alice'
const complete = 'completeConnectedAccountRequest'

/** A flow of Alice's that has come back from the provider, where she allowed it. */
async function comeBack(client: ConnectedAccountsClient) {
  const transactions = memoryTransactions()
  const options = { connection: 'google-oauth2', redirectUri, transactions, user }
  const { url } = await startConnect(client, options)
  const stop = (location: string) => location.startsWith(redirectUri)
  const send = (request: Request) => fetch(request, { redirect: 'manual' })
  const callbackUrl = await browse(send, url, { stop })
  return { callbackUrl, transactions, user }
}

const accountsOf = (client: ConnectedAccountsClient) => collect(iterateConnectedAccounts(client))

test('complete sent twice at once: one request, and both have the account', async () => {
  const { client, statuses } = await logInBound(emulator)
  const flow = await comeBack(client)
  const before = statuses.length
  const twice = [completeConnect(client, flow), completeConnect(client, flow)]
  const [first, second] = await Promise.all(twice)
  expect(first).toEqual(second)
  expect(await accountsOf(client)).toEqual([first?.account])
  expect(statuses.slice(before).filter((status) => status === 201)).toHaveLength(1)
})

test('complete lost on the way back: the account is found where it is the one that is new', async () => {
  const { client } = await logInBound(emulator)
  const seeded = await emulator.seed({ user_id: user, connection: 'google-oauth2', count: 25 })
  const before = new Set(seeded.map(({ id }) => id))
  const flow = await comeBack(client)
  emulator.failNext(complete, { damage: 'connection_reset' })
  expect(await rejection(completeConnect(client, flow))).toBeInstanceOf(TypeError)
  const { account } = await completeConnect(client, flow)
  expect((await accountsOf(client)).filter(({ id }) => !before.has(id))).toEqual([account])
  expect(await completeConnect(client, flow)).toEqual({ account })
})

test('complete lost on the way back: outcome_unknown where another account is new, too', async () => {
  const { client } = await logInBound(emulator)
  const flow = await comeBack(client)
  await emulator.seed({ user_id: user, connection: 'google-oauth2' })
  emulator.failNext(complete, { damage: 'truncated_body' })
  expect(await rejection(completeConnect(client, flow))).toBeInstanceOf(TypeError)
  const error = await rejection(completeConnect(client, flow))
  expect(error).toMatchObject({ code: 'outcome_unknown', cause: { status: 400 } })
})

test('complete lost on the way there: the same callback completes', async () => {
  const { client } = await logInBound(emulator)
  const flow = await comeBack(client)
  emulator.failNext(complete, { status: 503 })
  expect(await rejection(completeConnect(client, flow))).toMatchObject({ status: 503 })
  const { account } = await completeConnect(client, flow)
  expect(await accountsOf(client)).toEqual([account])
})

test('callback page reloaded: the same account again, and nothing is sent', async () => {
  const { client, statuses } = await logInBound(emulator)
  const flow = await comeBack(client)
  const completed = await completeConnect(client, flow)
  const before = statuses.length
  expect(await completeConnect(client, flow)).toEqual(completed)
  expect(statuses).toHaveLength(before)
})

test.for([['auth0|bob'], [undefined]])(
  'callback of another user: user_mismatch for %s, nothing is sent, and the one who started completes',
  async ([other]) => {
    const { client, statuses } = await logInBound(emulator)
    const flow = await comeBack(client)
    const before = statuses.length
    const error = await rejection(completeConnect(client, { ...flow, user: other }))
    expect(error).toMatchObject({ code: 'user_mismatch' })
    expect(statuses).toHaveLength(before)
    const { account } = await completeConnect(client, flow)
    expect(await accountsOf(client)).toEqual([account])
  },
)

test('state forged: unknown_state, nothing is sent, and the real callback completes', async () => {
  const { client, statuses } = await logInBound(emulator)
  const flow = await comeBack(client)
  const forged = new URL(flow.callbackUrl)
  forged.searchParams.set('state', `${forged.searchParams.get('state')?.slice(0, -1)}-`)
  const before = statuses.length
  const error = await rejection(completeConnect(client, { ...flow, callbackUrl: forged }))
  expect(error).toMatchObject({ code: 'unknown_state' })
  expect(statuses).toHaveLength(before)
  const { account } = await completeConnect(client, flow)
  expect(await accountsOf(client)).toEqual([account])
})

test('code replayed: refused under the state of another flow, and connects nothing', async () => {
  const { client } = await logInBound(emulator)
  const [used, other] = [await comeBack(client), await comeBack(client)]
  const { account } = await completeConnect(client, used)
  const replayed = new URL(other.callbackUrl)
  const code = used.callbackUrl.searchParams.get('connect_code') ?? ''
  replayed.searchParams.set('connect_code', code)
  const error = await rejection(completeConnect(client, { ...other, callbackUrl: replayed }))
  expect(error).toMatchObject({ name: 'MyAccountApiError', status: 400 })
  expect(await accountsOf(client)).toEqual([account])
})
