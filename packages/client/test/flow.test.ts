import { createEmulator, type Emulator } from '@connected-accounts/emulator'
import { browse } from '@connected-accounts/testing/person/consent'
import {
  loginWithCode,
  requestToken,
  type TestClient,
} from '@connected-accounts/testing/person/login'
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest'
import { createDpop } from '../src/dpop/create-dpop.js'
import {
  type AccessTokenSource,
  type ConnectedAccountsClient,
  completeConnect,
  createConnectedAccountsClient,
  deleteConnectedAccount,
  iterateConnectedAccounts,
  iterateConnections,
  listConnectedAccounts,
  memoryTransactions,
  startConnect,
} from '../src/index.js'
import { exchangeConnectionToken } from '../src/tokens/token-vault.js'
import { collect } from './observed-client.js'

const redirectUri = 'http://localhost:3000/callback'
const alice = { email: 'alice@example.test', password: 'password' }
const bob = { email: 'bob@example.test', password: 'password' }

let emulator: Emulator
beforeAll(async () => {
  emulator = await createEmulator({ port: 0 })
})
beforeEach(() => emulator.reset())
afterAll(() => emulator.close())

async function login({
  user = alice,
  keyPair,
}: {
  user?: typeof alice
  keyPair?: CryptoKeyPair
} = {}) {
  const client: TestClient = emulator.clients.spa
  const options = { emulator, client, ...(keyPair && { dpop: keyPair }) }
  const { refresh_token = '' } = await loginWithCode({ ...options, user })
  const accessToken: AccessTokenSource = async ({ audience, scope }) => {
    const fields = { grant_type: 'refresh_token', refresh_token, audience, scope }
    const { body } = await requestToken(options, fields)
    return { accessToken: body.access_token, tokenType: body.token_type }
  }
  const dpop = keyPair && (await createDpop({ keyPair }))
  const { domain } = emulator
  return {
    accessToken,
    client: createConnectedAccountsClient({ domain, accessToken, dpop }),
  }
}

/** What a person does in the browser between start and complete. */
function consent(url: string, decision: 'allow' | 'cancel' = 'allow'): Promise<URL> {
  const stop = (location: string) => location.startsWith(redirectUri)
  return browse((request) => fetch(request, { redirect: 'manual' }), url, { decision, stop })
}

async function connect(client: ConnectedAccountsClient, connection: string) {
  const transactions = memoryTransactions()
  const { url } = await startConnect(client, { connection, redirectUri, transactions })
  return completeConnect(client, { callbackUrl: await consent(url), transactions })
}

function es256(): Promise<CryptoKeyPair> {
  return crypto.subtle.generateKey({ name: 'ECDSA', namedCurve: 'P-256' }, true, ['sign', 'verify'])
}

describe.for(['Bearer', 'DPoP'])('with %s tokens', (scheme) => {
  test('connects, lists and deletes', async () => {
    const { client } = await login(scheme === 'DPoP' ? { keyPair: await es256() } : {})
    expect((await collect(iterateConnections(client))).map(({ name }) => name)).toContain('github')
    const { account } = await connect(client, 'google-oauth2')
    expect(account).toMatchObject({ connection: 'google-oauth2', access_type: 'offline' })
    expect((await listConnectedAccounts(client)).accounts).toEqual([account])
    await deleteConnectedAccount(client, account.id)
    expect((await listConnectedAccounts(client)).accounts).toEqual([])
    await expect(deleteConnectedAccount(client, account.id)).rejects.toMatchObject({
      code: 'not_found',
    })
  })
})

test('pages past twenty accounts and filters by connection', async () => {
  const { client } = await login()
  for (const [connection, count] of [
    ['google-oauth2', 45],
    ['github', 3],
  ] as const) {
    const body = JSON.stringify({ user_id: emulator.users[0]?.user_id, connection, count })
    const headers = { 'content-type': 'application/json' }
    await fetch(`${emulator.url}/_emulator/accounts`, { method: 'POST', headers, body })
  }
  const all = await collect(iterateConnectedAccounts(client))
  expect(new Set(all.map(({ id }) => id)).size).toBe(48)
  const github = await collect(iterateConnectedAccounts(client, { connection: 'github' }))
  expect(github.map(({ connection }) => connection)).toEqual(['github', 'github', 'github'])
  const several = iterateConnectedAccounts(client, { connection: ['github', 'acme'], take: 2 })
  expect(await collect(several)).toHaveLength(3)
})

test('a consent that is refused is access_denied, and nothing is connected', async () => {
  const { client } = await login()
  const transactions = memoryTransactions()
  const flow = await startConnect(client, { connection: 'github', redirectUri, transactions })
  const callbackUrl = await consent(flow.url, 'cancel')
  await expect(completeConnect(client, { callbackUrl, transactions })).rejects.toMatchObject({
    name: 'ConnectFlowError',
    code: 'access_denied',
  })
  expect((await listConnectedAccounts(client)).accounts).toEqual([])
})

test("another user cannot complete with somebody's callback", async () => {
  const { client } = await login()
  const { client: other } = await login({ user: bob })
  const transactions = memoryTransactions()
  const flow = await startConnect(client, { connection: 'github', redirectUri, transactions })
  const callbackUrl = await consent(flow.url)
  await expect(completeConnect(other, { callbackUrl, transactions })).rejects.toMatchObject({
    code: 'not_found',
    detail: 'Invalid or expired session',
  })
  expect((await listConnectedAccounts(other)).accounts).toEqual([])
})

test('an unknown connection is a not_found, an invalid parameter names its field', async () => {
  const { client } = await login()
  const options = { redirectUri, transactions: memoryTransactions() }
  await expect(startConnect(client, { ...options, connection: 'nobody' })).rejects.toMatchObject({
    code: 'not_found',
  })
  await expect(
    startConnect(client, {
      ...options,
      connection: 'github',
      authorizationParams: { login_hint: '' },
    }),
  ).rejects.toMatchObject({
    code: 'validation',
    validation_errors: [{ pointer: '/authorization_params/login_hint' }],
  })
})

test('faults reach the caller as the errors that they are', async () => {
  const { client } = await login()
  emulator.failNext('getConnectedAccounts', { status: 429, headers: { 'retry-after': '3' } })
  await expect(listConnectedAccounts(client)).rejects.toMatchObject({
    code: 'rate_limited',
    retryAfter: 3,
  })
  emulator.failNext('getConnectedAccounts', { status: 500 })
  await expect(listConnectedAccounts(client)).rejects.toMatchObject({ status: 500 })
  expect((await listConnectedAccounts(client)).accounts).toEqual([])
})

test('an API exchanges its access token for the token of the provider, whose calendar takes it', async () => {
  const { client, accessToken } = await login()
  const { clientId, clientSecret, audience } = emulator.clients.api
  const request = { audience, scope: 'read:calendar', forceRefresh: false }
  const api = typeof accessToken === 'string' ? accessToken : await accessToken(request)
  const exchange = () =>
    exchangeConnectionToken({
      domain: emulator.domain,
      clientId,
      clientAuth: { clientSecret },
      subjectToken: typeof api === 'string' ? api : api.accessToken,
      subjectTokenType: 'access_token',
      connection: 'google-oauth2',
    })
  await expect(exchange()).rejects.toMatchObject({ code: 'connection_not_connected', status: 401 })
  await connect(client, 'google-oauth2')
  const token = await exchange()
  expect(token.scopes).toContain('https://www.googleapis.com/auth/calendar.readonly')
  const calendar = `${emulator.url}/upstream/google-oauth2/calendar/v3/calendars/primary/events`
  const events = await fetch(calendar, {
    headers: { authorization: `Bearer ${token.accessToken}` },
  })
  expect(events.status).toBe(200)
})
