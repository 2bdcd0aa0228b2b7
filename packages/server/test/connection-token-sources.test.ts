import type { Fetch } from '@connected-accounts/client'
import { createEmulator, defaultTenant } from '@connected-accounts/emulator'
import { createCredential } from '@connected-accounts/testing/tenant/credential'
import { tenantWithWeb } from '@connected-accounts/testing/tenant/web'
import { decodeJwt } from 'jose'
import { afterAll, beforeEach, describe, expect, test } from 'vitest'
import {
  createProviderFetch,
  type FromAccessTokenOptions,
  fromAccessToken,
  type PrivilegedWorkerOptions,
  privilegedWorker,
  sharedSessions,
} from '../src/index.js'
import { audience, memoryLock, memoryStore } from './shared.js'
import { createServer, loggedIn, rejection } from './visitor.js'

const connection = 'google-oauth2'
const readonly = 'https://www.googleapis.com/auth/calendar.readonly'
const { privateKey, credential } = await createCredential('cred_one')
const tenant = tenantWithWeb(defaultTenant(), (web) => {
  web.credentials = [credential]
  web.token_vault_privileged_access = {
    credentials: [{ id: credential.id }],
    ip_allowlist: ['127.0.0.1', '::1'],
    grants: [{ connection, scopes: ['openid', 'email', readonly] }],
  }
})
const emulator = await createEmulator({ port: 0, tenant })
const events = `${emulator.url}/upstream/google-oauth2/calendar/v3/calendars/primary/events`
afterAll(() => emulator.close())
beforeEach(async () => {
  emulator.reset()
  await emulator.seed({ user_id: 'auth0|alice', connection })
})

/** A `fetch` that keeps the exchanges it sends. */
function observed() {
  const exchanges: URLSearchParams[] = []
  const send: Fetch = async (request) => {
    exchanges.push(new URLSearchParams(await request.clone().text()))
    return fetch(request)
  }
  return { exchanges, send }
}

const callOf = (exchange: Parameters<typeof createProviderFetch>[0]['exchange'], options = {}) =>
  createProviderFetch({ exchange, connection, allowedOrigins: [emulator.url], ...options })

describe('fromAccessToken', () => {
  const create = (options: Partial<FromAccessTokenOptions> = {}) =>
    fromAccessToken({
      domain: emulator.domain,
      clientId: 'api',
      clientAuth: { clientSecret: 'api-secret' },
      ...options,
    })
  const tokenOf = (user_id: string) => emulator.issueAccessToken({ user_id, audience })

  test('reads the calendar of the user who called the API', async () => {
    const { send, exchanges } = observed()
    const accessToken = await tokenOf('auth0|alice')
    const response = await callOf(create({ fetch: send })(accessToken))(events)
    expect(await response.json()).toMatchObject({ kind: 'calendar#events' })
    expect(exchanges.map((body) => body.get('subject_token'))).toEqual([accessToken])
  })

  test('calls with the same access token share the cache, those with another one do not', async () => {
    const { send, exchanges } = observed()
    const exchangeOf = create({ fetch: send })
    const alice = await tokenOf('auth0|alice')
    await Promise.all([callOf(exchangeOf(alice))(events), callOf(exchangeOf(alice))(events)])
    await callOf(exchangeOf(alice))(events)
    expect(exchanges).toHaveLength(1)
    const bob = await rejection(callOf(exchangeOf(await tokenOf('auth0|bob')))(events))
    expect(bob).toMatchObject({ code: 'connection_required', reason: 'not_connected' })
    expect(exchanges).toHaveLength(2)
  })

  test('a token that the provider refuses is exchanged anew', async () => {
    const { send, exchanges } = observed()
    const call = callOf(create({ fetch: send })(await tokenOf('auth0|alice')))
    await call(events)
    emulator.clock.advance(3600)
    expect((await call(events)).status).toBe(200)
    expect(exchanges).toHaveLength(2)
  })

  test('an account that is listed elsewhere, but has no usable token, cannot be told from none: not_connected', async () => {
    emulator.reset()
    emulator.switches.set({ providerRefreshToken: 'missing' })
    await emulator.seed({ user_id: 'auth0|alice', connection })
    const call = callOf(create()(await tokenOf('auth0|alice')))
    expect(await rejection(call(events))).toMatchObject({ reason: 'not_connected' })
  })

  test('an exchange that is not answered ends in time', async () => {
    const exchangeOf = create({ timeout: 50, fetch: () => new Promise(() => {}) })
    const error = await rejection(callOf(exchangeOf(await tokenOf('auth0|alice')))(events))
    expect(error).toMatchObject({ name: 'TimeoutError' })
  })

  test.for<[name: string, options: Record<string, unknown>]>([
    ['domain', { domain: 'https://tenant.example.test/path' }],
    ['clientId', { clientId: '' }],
    ['timeout', { timeout: -1 }],
    ['fetch', { fetch: 1 }],
  ])('a wrong option is refused at once: %s', ([name, wrong]) => {
    expect(() => create()).not.toThrow()
    expect(() => create(wrong)).toThrow(new RegExp(`^${name}`))
  })

  test('an access token that is missing is refused', () => {
    expect(() => create()('')).toThrow(/^accessToken/)
  })
})

describe('privilegedWorker', () => {
  const create = (options: Partial<PrivilegedWorkerOptions> = {}) =>
    privilegedWorker({
      domain: emulator.domain,
      clientId: 'web',
      privateKey,
      kid: credential.kid,
      clientAuth: { clientSecret: emulator.clients.web.clientSecret },
      auditContext: 'nightly import',
      ...options,
    })
  const alice = { userId: 'auth0|alice' }

  test('reads the calendar of a user who is not logged in, and requests no more scopes than the call needs', async () => {
    const { send, exchanges } = observed()
    const exchangeOf = create({ fetch: send })
    const response = await callOf(exchangeOf(alice), { scopes: [readonly] })(events)
    expect(response.status).toBe(200)
    expect(exchanges.map((body) => body.get('scope'))).toEqual([readonly])
    expect(decodeJwt(exchanges[0]?.get('subject_token') ?? '')).toMatchObject({
      sub: 'auth0|alice',
      audit_context: 'nightly import',
    })
  })

  test('calls for a user share the cache', async () => {
    const { send, exchanges } = observed()
    const exchangeOf = create({ fetch: send })
    const call = callOf(exchangeOf(alice))
    await Promise.all([call(events), callOf(exchangeOf({ ...alice }))(events)])
    expect(exchanges).toHaveLength(1)
    expect(await rejection(callOf(exchangeOf({ userId: 'auth0|bob' }))(events))).toMatchObject({
      reason: 'not_connected',
    })
  })

  test('the organization is in the request, and has tokens of its own', async () => {
    const { send, exchanges } = observed()
    const exchangeOf = create({ fetch: send })
    await callOf(exchangeOf(alice))(events)
    await callOf(exchangeOf({ ...alice, orgId: 'org_example' }))(events)
    const subjects = exchanges.map((body) => decodeJwt(body.get('subject_token') ?? ''))
    expect(subjects.map(({ org_id }) => org_id)).toEqual([undefined, 'org_example'])
  })

  test('scopes that the grant or the client does not have: missing_scopes', async () => {
    const call = callOf(create()(alice), { scopes: ['admin'] })
    expect(await rejection(call(events))).toMatchObject({
      reason: 'missing_scopes',
      scopes: ['admin'],
    })
  })

  test("the agent is in the audit context of the tenant's log", async () => {
    await callOf(create({ agentId: 'briefing' })(alice))(events)
    expect(emulator.logs.at(-1)).toMatchObject({
      type: 'seta',
      details: { is_privileged_worker: true, audit_context: 'agent_id=briefing; nightly import' },
    })
  })

  test('without clientAuth, the client authenticates with its key', async () => {
    const { send, exchanges } = observed()
    const call = callOf(create({ fetch: send, clientAuth: undefined })(alice))
    await rejection(call(events)) // the client of this tenant has a secret
    expect(exchanges[0]?.get('client_assertion_type')).toMatch(/jwt-bearer$/)
  })

  test('a login hint is refused, because Auth0 takes none', async () => {
    const call = callOf(create()(alice), { loginHint: 'home@google.example' })
    expect(String(await rejection(call(events)))).toContain('loginHint')
  })

  test.for<[name: string, options: Record<string, unknown>]>([
    ['auditContext', { auditContext: '' }],
    ['auditContext', { auditContext: 'x'.repeat(257) }],
    ['auditContext and agentId', { agentId: '' }],
    ['auditContext and agentId', { agentId: 'x'.repeat(250) }],
    ['clientId', { clientId: undefined }],
  ])('a wrong option is refused at once: %s, %j', ([name, wrong]) => {
    expect(() => create({ auditContext: 'x'.repeat(256) })).not.toThrow()
    expect(() => create(wrong)).toThrow(new RegExp(`^${name}`))
  })

  test('a user without an id is refused', () => {
    expect(() => create()({ userId: '' })).toThrow(/^userId/)
  })
})

describe('getAccessTokenForConnection with the token that the provider rejected', () => {
  test.for(['cookies', 'a store'])(
    'does not return that token from the cache, with sessions in %s',
    async (where) => {
      const { send, exchanges } = observedExchanges()
      const sessions = sharedSessions(memoryStore().keyv, { lock: memoryLock() })
      const server = createServer(emulator, {
        fetch: send,
        ...(where === 'a store' && { sessions }),
      })
      const visitor = await loggedIn(server, emulator.url)
      const get = (rejectedToken?: string) =>
        visitor.request((store) =>
          server.getAccessTokenForConnection({ connection, rejectedToken }, store),
        )
      const { accessToken: first } = await get()
      emulator.clock.advance(3600)
      const fresh = await Promise.all([get(first), get(first), get(first)])
      const second = fresh[0]?.accessToken
      expect(second).not.toBe(first)
      expect(fresh.map(({ accessToken }) => accessToken)).toEqual([second, second, second])
      // A rejection that comes late is about a token that was replaced by then.
      expect((await get(first)).accessToken).toBe(second)
      expect((await get()).accessToken).toBe(second)
      expect(exchanges()).toBe(2)
    },
  )

  test('a call that still reads it from the store does not hand it to those whose token was rejected', async () => {
    const { keyv: store } = memoryStore()
    const { send } = observedExchanges()
    const server = createServer(emulator, {
      fetch: send,
      sessions: sharedSessions(store, { lock: memoryLock() }),
    })
    const visitor = await loggedIn(server, emulator.url)
    const get = (rejectedToken?: string) =>
      visitor.request((storeOptions) =>
        server.getAccessTokenForConnection({ connection, rejectedToken }, storeOptions),
      )
    const { accessToken: first } = await get()
    emulator.clock.advance(3600)
    const [, fresh] = await Promise.all([get(), get(first)])
    expect(fresh.accessToken).not.toBe(first)
  })
})

function observedExchanges() {
  const bodies: string[] = []
  const send: Fetch = async (request) => {
    if (request.method === 'POST') bodies.push(await request.clone().text())
    return fetch(request)
  }
  return { send, exchanges: () => bodies.filter((body) => body.includes('token-exchange')).length }
}
