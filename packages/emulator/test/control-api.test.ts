import { loginWithCode } from '@connected-accounts/testing/person/login'
import { afterEach, describe, expect, it } from 'vitest'
import { createEmulator, type Emulator } from '../src/index.js'

let emulator: Emulator

async function start() {
  emulator = await createEmulator({ port: 0 })
  const send = (path: string, body?: unknown, method = 'POST') =>
    fetch(`${emulator.url}/_emulator${path}`, {
      method,
      ...(body !== undefined && { body: JSON.stringify(body) }),
    })
  return { emulator, send }
}

afterEach(() => emulator.close())

async function exchange(loginHint?: string): Promise<{ status: number; token?: string }> {
  const { url } = emulator
  const login = { emulator, client: emulator.clients.web }
  const { refresh_token = '' } = await loginWithCode(login)
  const response = await fetch(`${url}/oauth/token`, {
    method: 'POST',
    body: new URLSearchParams({
      grant_type:
        'urn:auth0:params:oauth:grant-type:token-exchange:federated-connection-access-token',
      client_id: 'web',
      client_secret: 'web-secret',
      subject_token: refresh_token,
      subject_token_type: 'urn:ietf:params:oauth:token-type:refresh_token',
      requested_token_type: 'http://auth0.com/oauth/token-type/federated-connection-access-token',
      connection: 'google-oauth2',
      ...(loginHint && { login_hint: loginHint }),
    }),
  })
  const { access_token: token } = await response.json()
  return { status: response.status, token }
}

async function ownerOf(token = ''): Promise<string> {
  const headers = { authorization: `Bearer ${token}` }
  const url = `${emulator.url}/upstream/google-oauth2/userinfo`
  return (await (await fetch(url, { headers })).json()).email
}

describe('Over HTTP', () => {
  it('a user is created, who can log in with the default password', async () => {
    const { send } = await start()
    const created = await send('/users', { email: 'carol@example.test' })
    expect(created.status).toBe(201)
    const carol = await created.json()
    expect(carol).toEqual({
      user_id: expect.stringMatching(/^auth0\|\w{24}$/),
      email: 'carol@example.test',
      name: 'carol',
      password: 'password',
    })
    const login = { emulator, client: emulator.clients.spa, user: carol }
    expect((await loginWithCode(login)).id_token).toBeTruthy()
    const dave = { email: 'dave@d.test', name: 'Dave', password: 'secret', user_id: 'auth0|dave' }
    expect(await (await send('/users', dave)).json()).toEqual(dave)
    expect(emulator.users).toContainEqual(dave)
    emulator.reset()
    expect(emulator.users.map(({ name }) => name)).toEqual(['Alice', 'Bob'])
  })

  it.each([
    [{ name: 'Carol' }, "body must have required property 'email'"],
    [{ email: 'carol' }, 'body/email must match pattern'],
    [{ email: 'c@x.test', password: '' }, 'body/password must NOT have fewer than 1'],
    [{ email: 'c@x.test', role: 'admin' }, 'body/role must NOT have additional properties'],
    [{ email: 'ALICE@example.test' }, 'body/email belongs to another user of the tenant: ALICE@'],
    [
      { email: 'c@x.test', user_id: 'auth0|bob' },
      'body/user_id belongs to another user of the tenant: auth0|bob',
    ],
  ])('a user %o is refused', async (user, error) => {
    const { send } = await start()
    const refused = await send('/users', user)
    expect(refused.status).toBe(400)
    expect((await refused.json()).error).toContain(error)
    expect(emulator.users).toHaveLength(2)
  })

  it('faults are added by POST and taken back by DELETE', async () => {
    const { send } = await start()
    const status = async () =>
      (await fetch(`${emulator.url}/me/v1/connected-accounts/accounts`)).status
    const fault = { operation: 'getConnectedAccounts', status: 500, times: 5 }
    expect((await send('/faults', fault)).status).toBe(204)
    expect(await status()).toBe(500)
    expect((await send('/faults', undefined, 'DELETE')).status).toBe(204)
    expect(await status()).toBe(401)
  })

  it('switches are set and read, and reset to their defaults', async () => {
    const { send } = await start()
    const defaults = await (await send('/switches', undefined, 'GET')).json()
    expect(defaults).toEqual(emulator.switches.get())
    const set = await send('/switches', { ticket: 'expired' })
    expect(await set.json()).toEqual({ ...defaults, ticket: 'expired' })
    expect(emulator.switches.get().ticket).toBe('expired')
    await send('/reset')
    expect(emulator.switches.get()).toEqual(defaults)
  })

  it('the clocks are moved apart and read, and reset to the time of the machine', async () => {
    const { send } = await start()
    const moved = await (await send('/clock', { advance: 3600, skewProofs: -60 })).json()
    expect(Math.round((moved.now - Date.now()) / 1000)).toBe(3600)
    expect(Math.round((moved.proofNow - Date.now()) / 1000)).toBe(-60)
    await send('/reset')
    const after = await (await send('/clock', undefined, 'GET')).json()
    expect(Math.abs(after.now - Date.now())).toBeLessThan(1000)
    expect(Math.abs(after.proofNow - Date.now())).toBeLessThan(1000)
  })

  it.each([
    ['/faults', { operation: 'getToken', status: 500, times: 'x' }, 'body/times must be integer'],
    [
      '/switches',
      { ticket: 'used' },
      'body/ticket must be equal to one of the allowed values: valid, expired',
    ],
    ['/switches', { tickets: 'valid' }, 'body/tickets must NOT have additional properties'],
    ['/clock', { advance: 1e12 }, 'body/advance must be <= 3155760000'],
    ['/clock', { advance: -1 }, 'body/advance must be >= 0'],
    ['/clock', {}, 'body must NOT have fewer than 1 properties'],
    [
      '/accounts',
      [{ user_id: 'auth0|bob', connection: 'x' }],
      'body/0/connection is not a connection',
    ],
    [
      '/accounts',
      { user_id: 'auth0|bob', connection: 'acme', count: 2, emails: ['a@b.example'] },
      'body/count cannot be combined with the other fields',
    ],
  ])('%s answers 400 to %o, names the field, and changes nothing', async (path, body, message) => {
    const { send } = await start()
    const before = emulator.switches.get()
    const response = await send(path, body)
    expect(response.status).toBe(400)
    expect((await response.json()).error).toContain(message)
    expect(emulator.switches.get()).toEqual(before)
    expect(emulator.clock.now() - Date.now()).toBeLessThan(1000)
  })
})

describe('One call seeds', () => {
  it('more accounts than a page has, of several connections', async () => {
    const { send } = await start()
    const user_id = 'auth0|alice'
    const body = [
      { user_id, connection: 'acme', count: 25 },
      { user_id, connection: 'github' },
    ]
    const { accounts } = await (await send('/accounts', body)).json()
    expect(new Set(accounts.map(({ id }: { id: string }) => id)).size).toBe(26)
    expect(accounts[25].connection).toBe('github')
  })

  it('accounts beside those that are there, also where one was deleted between', async () => {
    const { send } = await start()
    const ask = { user_id: 'auth0|alice', connection: 'acme', count: 3 }
    const [account] = await emulator.seed(ask)
    const scope = 'delete:me:connected_accounts read:me:connected_accounts'
    const audience = `${emulator.url}/me/`
    const login = { emulator, client: emulator.clients.spa, scope, audience }
    const headers = { authorization: `Bearer ${(await loginWithCode(login)).access_token}` }
    const url = `${emulator.url}/me/v1/connected-accounts/accounts`
    await fetch(`${url}/${account?.id}`, { method: 'DELETE', headers })
    await send('/accounts', ask)
    expect((await (await fetch(url, { headers })).json()).accounts).toHaveLength(5)
  })

  it('several accounts of one connection, which a `login_hint` tells apart', async () => {
    await start()
    const emails = ['work@google.example', 'home@google.example']
    const user_id = 'auth0|alice'
    const accounts = await emulator.seed({ user_id, connection: 'google-oauth2', emails })
    expect(accounts.map(({ connection }) => connection)).toEqual(['google-oauth2', 'google-oauth2'])
    for (const email of emails) expect(await ownerOf((await exchange(email)).token)).toBe(email)
    expect((await exchange('other@google.example')).status).toBe(401)
  })
})
