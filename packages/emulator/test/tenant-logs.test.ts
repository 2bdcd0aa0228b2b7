import { loginWithCode, requestToken } from '@connected-accounts/testing/person/login'
import { generateKeyPair, generateProof } from 'dpop'
import { afterEach, describe, expect, it, vi } from 'vitest'
import { createEmulator, type Emulator, type TenantLog } from '../src/index.js'
import { logLine } from '../src/logs/log-line.js'
import { connect, exchangeOf, runWholeFlow } from './whole-flow.js'

let emulator: Emulator

afterEach(() => emulator.close())

async function start() {
  emulator = await createEmulator({ port: 0 })
  const flow = await runWholeFlow(emulator)
  const call = (method: string, path: string, body?: object) =>
    fetch(`${emulator.url}/me/v1/connected-accounts${path}`, {
      method,
      headers: flow.headers,
      ...(body && { body: JSON.stringify(body) }),
    })
  return { ...flow, call }
}

const last = (): TenantLog | undefined => emulator.logs.at(-1)
const types = () => emulator.logs.map(({ type }) => type)

// `required` in connected_accounts_connection_succeeded.schema.json and seta.schema.json of auth0/auth0-log-schemas.
const required = {
  connection: [
    'description',
    'details',
    'environment_name',
    'hostname',
    'ip',
    'is_mobile',
    'log_id',
    'tenant_name',
    'type',
  ],
  exchange: ['client_name', 'strategy', 'strategy_type'],
}

describe('The tenant log', () => {
  it('has an event for connect, complete, exchange and delete, in their order', async () => {
    const { accountId, call } = await start()
    await call('DELETE', `/accounts/${accountId}`)
    expect(types()).toEqual([
      'connected_accounts_connection_started',
      'connected_accounts_connection_succeeded',
      'seta',
      'connected_accounts_delete_succeeded',
    ])
  })

  it('says who did what with which connection, in the fields of Auth0', async () => {
    const { accountId } = await start()
    const [, connected, exchanged] = emulator.logs
    expect(connected).toMatchObject({
      client_id: 'web',
      client_name: 'Web application',
      user_id: 'auth0|alice',
      user_name: 'alice@example.test',
      connection: 'acme',
      connection_id: emulator.connections.find(({ name }) => name === 'acme')?.id,
      ip: expect.stringMatching(/^(127\.0\.0\.1|::1)$/),
      user_agent: expect.any(String),
      is_mobile: false,
      hostname: 'localhost',
      details: {
        request: { method: 'POST', path: '/me/v1/connected-accounts/complete' },
        connected_account: { id: accountId, idp_user_id: expect.any(String) },
      },
    })
    expect(Object.keys(connected ?? {})).toEqual(expect.arrayContaining(required.connection))
    expect(Object.keys(exchanged ?? {})).toEqual(expect.arrayContaining(required.exchange))
    expect(exchanged?.details).toMatchObject({
      subject_token_type: 'urn:ietf:params:oauth:token-type:refresh_token',
      issued_token_type: 'http://auth0.com/oauth/token-type/federated-connection-access-token',
      scope: 'openid profile offline_access',
      is_privileged_worker: false,
      token_thumbprint: expect.stringMatching(/^[\w-]{43}$/),
    })
    expect(exchanged).toMatchObject({
      user_id: 'auth0|alice',
      identity_user_id: connected?.details.connected_account?.idp_user_id,
    })
    expect(Date.parse(exchanged?.details.expires_at ?? '')).toBeGreaterThan(Date.now())
  })

  it('has no secret of a whole flow, in no event and no line', async () => {
    const { accountId, secrets, headers, call } = await start()
    const refused = await connect(emulator, headers, 'cancel')
    await call('DELETE', `/accounts/${accountId}`)
    const text = JSON.stringify(emulator.logs)
    const lines = emulator.logs.map((log) => logLine(log, { color: false })).join('\n')
    for (const [name, secret] of Object.entries({ ...secrets, ...refused.secrets })) {
      expect(secret.length, name).toBeGreaterThan(8)
      expect(text.includes(secret), name).toBe(false)
      expect(lines.includes(secret), name).toBe(false)
    }
  })

  it.each([
    { body: { connection: 'nosuch', redirect_uri: 'http://localhost:3000/x' }, status: 404 },
    { body: { redirect_uri: 'http://localhost:3000/x' }, status: 400 },
  ])('tells of a connect that failed with $status', async ({ body, status }) => {
    const { call } = await start()
    await call('POST', '/connect', body)
    expect(last()).toMatchObject({
      type: 'connected_accounts_connection_failed',
      user_id: 'auth0|alice',
      details: { error: { status, title: expect.any(String), type: expect.any(String) } },
    })
    expect(last()?.connection).toBe(body.connection)
  })

  it('says in the description which field of a request was wrong', async () => {
    const { call } = await start()
    await call('POST', '/connect', { redirect_uri: 'http://localhost:3000/x' })
    expect(last()?.description).toContain("must have required property 'connection'")
  })

  it('tells of a complete that failed: a code that was used already', async () => {
    const { secrets, call } = await start()
    const { auth_session, connect_code, connect_verifier: code_verifier } = secrets
    const redirect_uri = 'http://localhost:3000/connected'
    await call('POST', '/complete', { auth_session, connect_code, redirect_uri, code_verifier })
    expect(last()).toMatchObject({
      type: 'connected_accounts_connection_failed',
      connection: 'acme',
      details: { error: { status: 400, detail: 'Invalid connect_code' } },
    })
  })

  it('tells of a complete by another user as that user’s failure, without the connection', async () => {
    const { secrets } = await start()
    const { url, clients, users } = emulator
    const bob = await loginWithCode({
      emulator,
      client: clients.web,
      ...(users[1] && { user: users[1] }),
      scope: 'create:me:connected_accounts',
      audience: `${url}/me/`,
    })
    await fetch(`${url}/me/v1/connected-accounts/complete`, {
      method: 'POST',
      headers: {
        authorization: `Bearer ${bob.access_token}`,
        'content-type': 'application/json',
      },
      body: JSON.stringify({
        auth_session: secrets.auth_session,
        connect_code: secrets.connect_code,
        redirect_uri: 'http://localhost:3000/connected',
        code_verifier: secrets.connect_verifier,
      }),
    })
    expect(last()).toMatchObject({ user_id: 'auth0|bob', details: { error: { status: 404 } } })
    expect(last()).not.toHaveProperty('connection')
  })

  it('tells of a consent refused at the provider', async () => {
    const { headers } = await start()
    await connect(emulator, headers, 'cancel')
    expect(emulator.logs.find(({ description }) => /denied/.test(description))).toMatchObject({
      type: 'connected_accounts_connection_failed',
      user_id: 'auth0|alice',
      connection: 'acme',
      details: { error: { title: 'access_denied' }, request: { path: '/login/callback' } },
    })
  })

  it('tells of an exchange that failed, with the error of the token endpoint', async () => {
    const { secrets } = await start()
    const client = emulator.clients.web
    const fields = exchangeOf(secrets.refresh_token ?? '', 'github')
    await requestToken({ emulator, client }, fields)
    expect(last()).toMatchObject({
      type: 'feta',
      user_id: 'auth0|alice',
      connection: 'github',
      strategy: 'github',
      strategy_type: 'social',
      description: 'Federated connection Refresh Token not found.',
      details: {
        error: { title: 'federated_connection_refresh_token_not_found', status: 401 },
        failure_reason: 'Federated connection Refresh Token not found.',
        is_privileged_worker: false,
        subject_token_type: 'urn:ietf:params:oauth:token-type:refresh_token',
      },
    })
  })

  it('tells of an exchange by a client that may not, whatever it sends as token type', async () => {
    const { secrets } = await start()
    const subject_token_type = `x ${secrets.refresh_token}`
    const fields = { ...exchangeOf(secrets.refresh_token ?? '', 'acme'), subject_token_type }
    await requestToken({ emulator, client: emulator.clients.spa }, fields)
    expect(last()).toMatchObject({ type: 'feta', client_id: 'spa' })
    expect(JSON.stringify(last())).not.toContain(secrets.refresh_token)
  })

  it('tells of a delete that failed', async () => {
    const { call } = await start()
    await call('DELETE', '/accounts/cac_nosuch')
    expect(last()).toMatchObject({
      type: 'connected_accounts_delete_failed',
      user_id: 'auth0|alice',
      details: { error: { status: 404 }, connected_account: { id: 'cac_nosuch' } },
    })
  })

  it('tells what was done, although a fault lost the answer', async () => {
    const { accountId, call } = await start()
    emulator.failNext('deleteConnectedAccount', { damage: 'connection_reset' })
    await expect(call('DELETE', `/accounts/${accountId}`)).rejects.toThrow()
    expect(last()?.type).toBe('connected_accounts_delete_succeeded')
  })

  it('has no event for a DPoP nonce challenge, after which the call comes again', async () => {
    await start()
    const { url, clients } = emulator
    const dpop = await generateKeyPair('ES256')
    const scope = 'delete:me:connected_accounts'
    const login = { emulator, client: clients.spa, scope, audience: `${url}/me/`, dpop }
    const { access_token } = await loginWithCode(login)
    const before = emulator.logs.length
    const target = `${url}/me/v1/connected-accounts/accounts/cac_nosuch`
    const send = async (nonce?: string) => {
      const proof = await generateProof(dpop, target, 'DELETE', nonce, access_token)
      const headers = { authorization: `DPoP ${access_token}`, dpop: proof }
      return fetch(target, { method: 'DELETE', headers })
    }
    const challenge = await send()
    expect(challenge.status).toBe(401)
    expect(emulator.logs).toHaveLength(before)
    expect((await send(challenge.headers.get('dpop-nonce') ?? '')).status).toBe(404)
    expect(emulator.logs).toHaveLength(before + 1)
  })

  it('tells its listeners until they leave, and is forgotten by a reset', async () => {
    const { call } = await start()
    const heard: TenantLog[] = []
    const leave = emulator.onLog((log) => heard.push(log))
    await call('DELETE', '/accounts/cac_nosuch')
    expect(heard).toEqual([last()])
    leave()
    await call('DELETE', '/accounts/cac_nosuch')
    expect(heard).toHaveLength(1)
    emulator.reset()
    expect(emulator.logs).toEqual([])
  })

  it('goes on where a listener throws, and prints what it threw', async () => {
    const { call } = await start()
    const print = vi.spyOn(console, 'error').mockImplementation(() => undefined)
    emulator.onLog(() => {
      throw new Error('A mistake of the listener')
    })
    expect((await call('DELETE', '/accounts/cac_nosuch')).status).toBe(404)
    expect(print).toHaveBeenCalledOnce()
    print.mockRestore()
  })

  it('keeps the newest 1000 events', async () => {
    const { call } = await start()
    for (let done = 0; done < 1010; done += 101) {
      await Promise.all(
        Array.from({ length: 101 }, (_, index) =>
          call('DELETE', `/accounts/cac_${done + index}`).then((response) => response.text()),
        ),
      )
    }
    expect(emulator.logs).toHaveLength(1000)
    expect(types()).not.toContain('seta')
  })

  it('is read by the control API', async () => {
    await start()
    const response = await fetch(`${emulator.url}/_emulator/logs`)
    expect(await response.json()).toEqual({ logs: emulator.logs })
  })
})
