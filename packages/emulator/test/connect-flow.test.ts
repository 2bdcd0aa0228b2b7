import { describe, expect, it } from 'vitest'
import type { Context } from '../src/context.js'
import { browse, type ConsentAnswer } from './consent.js'
import { createCaller, createTestBed, mintToken, PKCE } from './context.js'

const redirectUri = 'http://localhost:3000/connected'
const started = {
  connection: 'google-oauth2',
  redirect_uri: redirectUri,
  state: 'connect.abc',
  code_challenge: PKCE.challenge,
  code_challenge_method: 'S256',
}

/** A test bed with the steps of the flow as functions. */
async function createFlow(change: Parameters<typeof createTestBed>[0] = {}) {
  const bed = await createTestBed(change)
  const call = createCaller(bed)
  const start = async (body: object = started) => (await call('/connect', { body })).json()
  const visit = (
    session: { connect_uri: string; connect_params: { ticket: string } },
    answer: ConsentAnswer = {},
  ) =>
    browse(bed.resources.fetch, `${session.connect_uri}?ticket=${session.connect_params.ticket}`, {
      ...answer,
      stop: (url) => url.startsWith(redirectUri),
    })
  return { ...bed, call, start, visit }
}

/** A flow whose user has come back, and the body that completes it. */
async function arrive() {
  const flow = await createFlow()
  const session = await flow.start()
  const callback = await flow.visit(session)
  const body = {
    auth_session: session.auth_session,
    connect_code: callback.searchParams.get('connect_code'),
    redirect_uri: redirectUri,
    code_verifier: PKCE.verifier,
  }
  return { ...flow, session, callback, body }
}

describe('The connect flow', () => {
  it('connects an account from connect over consent to complete', async () => {
    const { call, body, session, callback } = await arrive()
    expect(session).toMatchObject({ connect_uri: 'http://localhost:4400/connect', expires_in: 300 })
    expect(session.auth_session).toHaveLength(64)
    expect(callback.searchParams.get('state')).toBe('connect.abc')
    const response = await call('/complete', { body })
    expect(response.status).toBe(201)
    const account = await response.json()
    expect(account).toMatchObject({
      id: expect.stringMatching(/^cac_[A-Za-z0-9]{22}$/),
      connection: 'google-oauth2',
      access_type: 'offline',
      scopes: ['openid', 'profile', 'email', 'https://www.googleapis.com/auth/calendar.readonly'],
    })
    expect(await (await call('/accounts')).json()).toEqual({ accounts: [account] })
  })

  it('takes the ticket on both pages that Auth0 documents', async () => {
    const { start, visit, context } = await createFlow()
    const session = await start()
    const connect_uri = `${context.url}/connected-accounts/connect`
    const callback = await visit({ ...session, connect_uri })
    expect(callback.searchParams.get('connect_code')).toMatch(/^\w{1,46}$/)
  })

  it('answers in the fragment when no code_challenge was sent, and leaves out a state that was not', async () => {
    const { start, visit, call } = await createFlow()
    const session = await start({ connection: 'acme', redirect_uri: `${redirectUri}?tab=1` })
    const callback = await visit(session)
    expect(callback.search).toBe('?tab=1')
    const answer = new URLSearchParams(callback.hash.slice(1))
    expect([...answer.keys()]).toEqual(['connect_code'])
    const body = {
      auth_session: session.auth_session,
      connect_code: answer.get('connect_code'),
      redirect_uri: `${redirectUri}?tab=1`,
    }
    expect((await call('/complete', { body })).status).toBe(201)
  })

  it('comes back with access_denied when the person presses Cancel (RFC 6749 §4.1.2.1)', async () => {
    const { start, visit } = await createFlow()
    const callback = await visit(await start(), { decision: 'cancel' })
    expect(Object.fromEntries(callback.searchParams)).toEqual({
      error: 'access_denied',
      error_description: 'The user denied the request',
      state: 'connect.abc',
    })
  })

  it('puts access_denied in the fragment too when no code_challenge was sent', async () => {
    const { start, visit } = await createFlow()
    const session = await start({ connection: 'acme', redirect_uri: redirectUri, state: 's' })
    const callback = await visit(session, { decision: 'cancel' })
    expect(callback.search).toBe('')
    expect(new URLSearchParams(callback.hash.slice(1)).get('error')).toBe('access_denied')
  })

  it('comes back with the error of a provider that refuses a silent request', async () => {
    const { start, visit } = await createFlow()
    const callback = await visit(
      await start({ ...started, authorization_params: { prompt: 'none' } }),
    )
    expect(callback.searchParams.get('error')).toBe('interaction_required')
  })

  it('asks the provider for the scopes of the request instead of those of the connection, and keeps offline_access', async () => {
    const { start, visit, call } = await createFlow()
    const session = await start({ ...started, connection: 'acme', scopes: ['openid', 'files'] })
    const callback = await visit(session)
    const body = completion(session, callback)
    const { scopes } = await (await call('/complete', { body })).json()
    expect(scopes).toEqual(['openid', 'files', 'offline_access'])
  })

  it('passes authorization_params on to the provider', async () => {
    const { start, resources } = await createFlow()
    const params = { login_hint: 'carol@google.example', max_age: 60, access_type: 'online' }
    const session = await start({ ...started, authorization_params: params })
    const url = `${session.connect_uri}?ticket=${session.connect_params.ticket}`
    const response = await resources.fetch(new Request(url))
    const query = new URL(response.headers.get('location') ?? '').searchParams
    expect(Object.fromEntries(query)).toMatchObject({ ...params, max_age: '60' })
  })

  it('keeps the id and the date of an account that is connected again, with the new scopes', async () => {
    const { start, visit, call, wait } = await createFlow()
    const connect = async (scopes: string[]) => {
      const session = await start({ ...started, connection: 'acme', scopes })
      const body = completion(session, await visit(session))
      return (await call('/complete', { body })).json()
    }
    const first = await connect(['openid'])
    wait(60)
    const again = await connect(['openid', 'files'])
    expect(again).toEqual({ ...first, scopes: ['openid', 'files', 'offline_access'] })
    expect((await (await call('/accounts')).json()).accounts).toEqual([again])
  })

  it('lists another account of the same provider as a second one', async () => {
    const { start, visit, call } = await createFlow()
    for (const account of ['alice@google.example', 'alice.work@google.example']) {
      const session = await start()
      const body = completion(session, await visit(session, { account }))
      expect((await call('/complete', { body })).status).toBe(201)
    }
    expect((await (await call('/accounts')).json()).accounts).toHaveLength(2)
  })
})

function completion(session: { auth_session: string }, callback: URL) {
  return {
    auth_session: session.auth_session,
    connect_code: callback.searchParams.get('connect_code'),
    redirect_uri: redirectUri,
    code_verifier: PKCE.verifier,
  }
}

describe('connect', () => {
  it.each([
    ['without a connection', { connection: undefined }, 'connection', ''],
    ['with a field of no one', { organization: 'org_1' }, 'organization', ''],
    ['with no scope in the list', { scopes: [] }, 'scopes', '/scopes'],
    [
      'with a challenge and no method',
      { code_challenge_method: undefined },
      'code_challenge_method',
      '',
    ],
    [
      'with the method plain',
      { code_challenge_method: 'plain' },
      'code_challenge_method',
      '/code_challenge_method',
    ],
    [
      'with a prompt of two values',
      { authorization_params: { prompt: 'login consent' } },
      'authorization_params',
      '/authorization_params/prompt',
    ],
    [
      'with a redirect_uri that is no URL',
      { redirect_uri: 'connected' },
      'redirect_uri',
      '/redirect_uri',
    ],
  ])('answers 400 and names the field %s', async (_name, changed, field, pointer) => {
    const { call } = await createFlow()
    const response = await call('/connect', { body: { ...started, ...changed } })
    expect(response.status).toBe(400)
    const problem = await response.json()
    expect(problem).toMatchObject({
      type: 'https://auth0.com/api-errors/A0E-400-0003',
      validation_errors: [{ field, pointer, source: 'body' }],
    })
  })

  it("says which property is missing in Auth0's words", async () => {
    const { call } = await createFlow()
    const response = await call('/connect', { body: { redirect_uri: redirectUri } })
    expect(await response.json()).toMatchObject({
      title: 'Validation Error',
      detail: 'Invalid request payload input',
      validation_errors: [{ detail: "data must have required property 'connection'", pointer: '' }],
    })
  })

  it.each(['[]', 'null', '"text"', '{"connection"', ''])(
    'answers 400 to the body %s',
    async (text) => {
      const { context, resources } = await createFlow()
      const request = await jsonRequest(context, text)
      expect((await resources.fetch(request)).status).toBe(400)
    },
  )

  it('answers 400 to a body of more than 64 KiB', async () => {
    const { context, resources } = await createFlow()
    const response = await resources.fetch(await jsonRequest(context, `"${'x'.repeat(70_000)}"`))
    expect(response.status).toBe(400)
    expect((await response.json()).validation_errors[0].detail).toContain('65536 bytes')
  })

  it('answers 415 to a body that is not JSON, before it looks into it', async () => {
    const { call } = await createFlow()
    const headers = { 'content-type': 'application/x-www-form-urlencoded' }
    expect((await call('/connect', { body: {}, headers })).status).toBe(415)
  })

  it('takes a content type with parameters and in other case (RFC 9110 §8.3.1)', async () => {
    const { call } = await createFlow()
    const headers = { 'content-type': 'Application/JSON; charset=utf-8' }
    expect((await call('/connect', { body: started, headers })).status).toBe(201)
  })

  it.each([
    'https://evil.example/connected',
    'http://localhost:x@evil.example/',
    'https://localhost:3000/connected',
    'http://localhost.evil.example/',
  ])('answers 400 to the redirect_uri %s, which is not allowed', async (redirect_uri) => {
    const { call } = await createFlow()
    const response = await call('/connect', { body: { ...started, redirect_uri } })
    expect(response.status).toBe(400)
  })

  it('answers 404 for a connection that is unknown, not active, or not enabled for the client', async () => {
    const { call } = await createFlow({
      change({ connections }) {
        for (const connection of connections) {
          if (connection.name === 'github') connection.connected_accounts.active = false
          if (connection.name === 'acme') connection.enabled_clients = ['web']
        }
      },
    })
    for (const connection of ['unknown', 'github', 'acme']) {
      const response = await call('/connect', { body: { ...started, connection } })
      expect(response.status).toBe(404)
      expect(await response.json()).toMatchObject({ detail: 'The connection was not found' })
    }
  })
})

describe('The connect page', () => {
  it.each(['', '?ticket=unknown'])('shows an error for /connect%s', async (query) => {
    const { context, resources } = await createFlow()
    const response = await resources.fetch(new Request(`${context.url}/connect${query}`))
    expect(response.status).toBe(400)
    expect(response.headers.get('content-type')).toContain('text/html')
    expect(await response.text()).toContain('was used already, has expired')
  })

  it('takes a ticket once', async () => {
    const { start, visit } = await createFlow()
    const session = await start()
    await visit(session)
    await expect(visit(session)).rejects.toThrow('No form in the answer 400')
  })

  it('refuses a ticket that has expired', async () => {
    const { start, resources, wait } = await createFlow()
    const { connect_uri, connect_params } = await start()
    wait(301)
    const url = `${connect_uri}?ticket=${connect_params.ticket}`
    expect((await resources.fetch(new Request(url))).status).toBe(400)
  })

  it("refuses a provider's answer that nobody asked for", async () => {
    const { context, resources } = await createFlow()
    const url = `${context.url}/login/callback?code=1&state=2`
    expect((await resources.fetch(new Request(url))).status).toBe(400)
  })

  it("refuses a provider's answer of another issuer (RFC 9207 §2.4)", async () => {
    const { start, context, resources } = await createFlow()
    const session = await start()
    const connect = `${session.connect_uri}?ticket=${session.connect_params.ticket}`
    const stop = (url: string) => url.startsWith(`${context.url}/login/callback`)
    const answer = await browse(resources.fetch, connect, { stop })
    answer.searchParams.set('iss', `${context.url}/upstream/acme`)
    const response = await resources.fetch(new Request(answer))
    expect(response.headers.get('location')).toContain('error=server_error')
  })
})

describe('complete', () => {
  it.each([
    ['a wrong connect_code', { connect_code: 'x'.repeat(32) }, 'Invalid connect_code'],
    [
      'a wrong code_verifier (RFC 7636 §4.6)',
      { code_verifier: 'x'.repeat(43) },
      'Invalid code_verifier',
    ],
    ['no code_verifier (RFC 7636 §4.5)', { code_verifier: undefined }, 'Invalid code_verifier'],
    [
      'another redirect_uri',
      { redirect_uri: `${redirectUri}/` },
      'The redirect_uri does not match the one of the connect request',
    ],
  ])('answers 400 to %s', async (_name, changed, detail) => {
    const { call, body } = await arrive()
    const response = await call('/complete', { body: { ...body, ...changed } })
    expect(response.status).toBe(400)
    expect(await response.json()).toMatchObject({ detail })
    expect((await call('/complete', { body })).status).toBe(201)
  })

  it('answers 400 to a code_verifier where there was no challenge (RFC 9700 §4.8.2)', async () => {
    const { start, visit, call } = await createFlow()
    const session = await start({ connection: 'acme', redirect_uri: redirectUri })
    const answer = new URLSearchParams((await visit(session)).hash.slice(1))
    const { code_verifier, ...body } = completion(session, new URL(`http://localhost/?${answer}`))
    expect((await call('/complete', { body: { ...body, code_verifier } })).status).toBe(400)
    expect((await call('/complete', { body })).status).toBe(201)
  })

  it('answers 400 to a code that was used', async () => {
    const { call, body } = await arrive()
    expect((await call('/complete', { body })).status).toBe(201)
    const response = await call('/complete', { body })
    expect(response.status).toBe(400)
    expect(await response.json()).toMatchObject({ detail: 'Invalid connect_code' })
  })

  it('lets only one of two completions at once through', async () => {
    const { call, body } = await arrive()
    const both = await Promise.all([call('/complete', { body }), call('/complete', { body })])
    expect(both.map(({ status }) => status).sort()).toEqual([201, 400])
  })

  it('answers 400 before the user has come back, and to the code of another session', async () => {
    const { call, body, start } = await arrive()
    const { auth_session } = await start()
    expect((await call('/complete', { body: { ...body, auth_session } })).status).toBe(400)
  })

  it.each([
    ['another user', { sub: 'auth0|bob' }],
    ['another client', { azp: 'web' }],
  ])('answers 404 to the session of %s, and leaves it to its owner', async (_name, claims) => {
    const { context, call, body } = await arrive()
    const token = await mintToken(context, claims)
    const response = await call('/complete', { body, token })
    expect(response.status).toBe(404)
    expect(await response.json()).toMatchObject({ detail: 'Invalid or expired session' })
    expect((await call('/complete', { body })).status).toBe(201)
  })

  it('answers 404 to a session that has expired or never was', async () => {
    const { call, body, wait } = await arrive()
    const unknown = { ...body, auth_session: 'x'.repeat(64) }
    expect((await call('/complete', { body: unknown })).status).toBe(404)
    wait(301)
    expect((await call('/complete', { body })).status).toBe(404)
  })
})

async function jsonRequest(context: Context, body: string): Promise<Request> {
  const authorization = `Bearer ${await mintToken(context)}`
  return new Request(`${context.url}/me/v1/connected-accounts/connect`, {
    method: 'POST',
    headers: { authorization, 'content-type': 'application/json' },
    body,
  })
}
