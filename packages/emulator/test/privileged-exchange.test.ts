import { requestToken } from '@connected-accounts/testing/person/login'
import { createCredential } from '@connected-accounts/testing/tenant/credential'
import { manage } from '@connected-accounts/testing/tenant/management'
import { tenantWithWeb } from '@connected-accounts/testing/tenant/web'
import { SignJWT } from 'jose'
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest'
import {
  type Client,
  createEmulator,
  defaultTenant,
  type Emulator,
  TOKEN_VAULT_GRANT,
} from '../src/index.js'

let emulator: Emulator
let key: CryptoKey
let otherKey: CryptoKey
const privileged = 'http://auth0.com/oauth/token-type/token-vault-access-token'
const calendar = 'https://www.googleapis.com/auth/calendar.readonly'
const connection = 'google-oauth2'
const access = {
  credentials: [{ id: 'cred_one' }],
  ip_allowlist: ['127.0.0.1', '::1'],
  grants: [{ connection, scopes: ['openid', 'email', calendar] }],
}
type Access = NonNullable<Client['token_vault_privileged_access']>

beforeAll(async () => {
  const one = await createCredential('cred_one')
  const other = await createCredential('cred_other')
  key = one.privateKey
  otherKey = other.privateKey
  const tenant = tenantWithWeb(defaultTenant(), (web) => {
    web.credentials = [one.credential, other.credential]
    web.token_vault_privileged_access = access
  })
  emulator = await createEmulator({ port: 0, tenant })
})
afterAll(() => emulator.close())
beforeEach(async () => {
  emulator.reset()
  await emulator.seed([
    { user_id: 'auth0|alice', connection },
    { user_id: 'auth0|alice', connection: 'acme' },
  ])
})

interface Signed {
  claims?: Record<string, unknown>
  header?: Record<string, unknown>
  key?: CryptoKey
}

/** A request of the client for Alice's token, signed anew with these changes; `undefined` leaves a claim out. */
async function sign(changed: Signed = {}): Promise<string> {
  const all = {
    sub: 'auth0|alice',
    aud: `${emulator.url}/`,
    iss: 'web',
    iat: Math.floor(emulator.clock.now() / 1000),
    jti: crypto.randomUUID(),
    audit_context: 'nightly report',
  }
  return new SignJWT({ ...all, ...changed.claims })
    .setProtectedHeader({ typ: 'token-vault-req+jwt', alg: 'RS256', ...changed.header })
    .sign(changed.key ?? key)
}

async function exchange(fields: Record<string, string> = {}, jwt?: string) {
  return requestToken(
    { emulator, client: emulator.clients.web },
    {
      grant_type: TOKEN_VAULT_GRANT,
      subject_token: jwt ?? (await sign()),
      subject_token_type: 'urn:ietf:params:oauth:token-type:jwt',
      requested_token_type: privileged,
      connection,
      ...fields,
    },
  )
}

const setAccess = (change: Partial<Access> | null) => {
  const token_vault_privileged_access = change && { ...access, ...change }
  return manage(emulator, { path: '/clients/web', body: { token_vault_privileged_access } })
}

describe('A privileged exchange', () => {
  it("gives the provider's token of the scopes that the client was granted", async () => {
    const { status, body } = await exchange()
    expect(status).toBe(200)
    expect(body).toEqual({
      access_token: expect.any(String),
      token_type: 'Bearer',
      expires_in: expect.any(Number),
      scope: `openid email ${calendar}`,
      issued_token_type: privileged,
    })
  })

  it('is told by the tenant log, with its audit context', async () => {
    await exchange()
    await exchange({ scope: 'repo' })
    const audited = { is_privileged_worker: true, audit_context: 'nightly report' }
    expect(emulator.logs.map(({ type, details }) => ({ type, details }))).toMatchObject([
      { type: 'seta', details: { ...audited, scope: `openid email ${calendar}` } },
      { type: 'feta', details: { ...audited, failure_reason: expect.any(String) } },
    ])
  })

  it('gives fewer scopes where fewer are asked for, at the provider, too', async () => {
    const events = `${emulator.url}/upstream/google-oauth2/calendar/v3/calendars/primary/events`
    const statusWith = async (scope: string) => {
      const { body } = await exchange({ scope })
      expect(body.scope).toBe(scope)
      const headers = { authorization: `Bearer ${body.access_token}` }
      return (await fetch(events, { headers })).status
    }
    expect([await statusWith(calendar), await statusWith('openid email')]).toEqual([200, 403])
  })

  it.each(['profile', 'repo', `openid ${calendar} profile`])(
    'refuses the scope %s, of which some is not granted',
    async (scope) => {
      const { status, body } = await exchange({ scope })
      expect([status, body.error]).toEqual([400, 'invalid_scope'])
    },
  )

  it('gives no token where the account has none of the scopes that the client may have', async () => {
    await setAccess({ grants: [{ connection, scopes: ['repo'] }] })
    const { status, body } = await exchange()
    expect([status, body.error]).toEqual([400, 'invalid_scope'])
  })

  it('answers 401 for a user who has no such account', async () => {
    const { status, body } = await exchange({}, await sign({ claims: { sub: 'auth0|bob' } }))
    expect([status, body.error]).toEqual([401, 'federated_connection_refresh_token_not_found'])
  })

  it.each([
    { login_hint: 'alice@google.example' },
    { requested_token_type: 'http://auth0.com/oauth/token-type/federated-connection-access-token' },
    { subject_token_type: 'urn:ietf:params:oauth:token-type:access_token' },
  ])('does not take %o', async (fields) => {
    const { status, body } = await exchange(fields)
    expect([status, body.error]).toEqual([400, 'invalid_request'])
  })
})

describe('The JWT of a privileged exchange', () => {
  const outside = 'urn:other'
  it.each<Signed & { name: string; status: number }>([
    { name: 'with kid', header: { kid: 'kid-of-cred_one' }, status: 200 },
    {
      name: 'with the kid of another credential',
      header: { kid: 'kid-of-cred_other' },
      status: 401,
    },
    { name: 'with an unknown kid', header: { kid: 'unknown' }, status: 401 },
    { name: 'of another typ', header: { typ: 'JWT' }, status: 401 },
    { name: 'of another aud', claims: { aud: outside }, status: 401 },
    { name: 'of another iss', claims: { iss: 'spa' }, status: 401 },
    { name: 'of an unknown sub', claims: { sub: 'auth0|nobody' }, status: 401 },
    { name: 'with the org_id of a member', claims: { org_id: 'org_example' }, status: 200 },
    {
      name: 'with an org_id of others',
      claims: { sub: 'auth0|bob', org_id: 'org_example' },
      status: 401,
    },
    { name: 'with the org_id of none', claims: { org_id: 'org_none' }, status: 401 },
    { name: 'with an org_id that is none', claims: { org_id: 1 }, status: 401 },
    { name: 'with exp and nbf', claims: { exp: 4102444800, nbf: 1 }, status: 200 },
    { name: 'with exp in the past', claims: { exp: 1 }, status: 401 },
    { name: 'with nbf in the future', claims: { nbf: 4102444800 }, status: 401 },
    {
      name: 'with an audit_context of 256',
      claims: { audit_context: 'a'.repeat(256) },
      status: 200,
    },
    {
      name: 'with an audit_context of 257',
      claims: { audit_context: 'a'.repeat(257) },
      status: 401,
    },
    { name: 'with an empty audit_context', claims: { audit_context: '' }, status: 401 },
    ...['sub', 'aud', 'iss', 'iat', 'jti', 'audit_context'].map((name) => ({
      name: `without ${name}`,
      claims: { [name]: undefined },
      status: 401,
    })),
  ])('$name: $status', async ({ status, ...changed }) => {
    const { name: _, ...signed } = changed
    const answer = await exchange({}, await sign(signed))
    expect(answer.status).toBe(status)
    if (status === 401) expect(answer.body.error).toBe('invalid_grant')
  })

  it('must be signed by the credential of the privileged access', async () => {
    expect((await exchange({}, await sign({ key: otherKey }))).status).toBe(401)
    expect((await exchange({}, 'not.a.jwt')).body.error).toBe('invalid_grant')
  })

  it('may be 60 seconds old by the clock of the emulator, and no older', async () => {
    const [one, other] = [await sign(), await sign()]
    emulator.clock.advance(59)
    expect((await exchange({}, one)).status).toBe(200)
    emulator.clock.advance(2)
    expect((await exchange({}, other)).status).toBe(401)
    expect((await exchange()).status).toBe(200)
  })

  it('works once', async () => {
    const jwt = await sign()
    expect((await exchange({}, jwt)).status).toBe(200)
    const { status, body } = await exchange({}, jwt)
    expect([status, body.error]).toEqual([401, 'invalid_grant'])
  })
})

describe('token_vault_privileged_access', () => {
  it.each<{ name: string; change: Partial<Access> | null; status: number }>([
    { name: 'is needed', change: null, status: 403 },
    {
      name: 'with an empty ip_allowlist allows nothing',
      change: { ip_allowlist: [] },
      status: 403,
    },
    { name: 'with empty grants allows nothing', change: { grants: [] }, status: 403 },
    {
      name: 'without the connection does not allow it',
      change: { grants: [{ connection: 'acme', scopes: ['openid'] }] },
      status: 403,
    },
    {
      name: 'wants the address',
      change: { ip_allowlist: ['192.0.2.1', '2001:db8::1'] },
      status: 403,
    },
    { name: 'takes ranges', change: { ip_allowlist: ['127.0.0.0/8', '::/64'] }, status: 200 },
    { name: 'wants the range', change: { ip_allowlist: ['10.0.0.0/8', 'fd00::/8'] }, status: 403 },
  ])('$name: $status', async ({ change, status }) => {
    expect((await setAccess(change)).status).toBe(200)
    const answer = await exchange()
    expect(answer.status).toBe(status)
    if (status === 403) expect(answer.body.error).toBe('unauthorized_client')
  })

  const scopes = Array.from({ length: 11 }, (_, index) => `scope-${index}`)
  it.each<[string, object]>([
    ['an address that is none', { ip_allowlist: ['localhost'] }],
    ['a range that is none', { ip_allowlist: ['127.0.0.0/99'] }],
    ['11 addresses', { ip_allowlist: Array.from({ length: 11 }, () => '127.0.0.1') }],
    ['6 grants', { grants: Array.from({ length: 6 }, () => ({ connection, scopes: [] })) }],
    ['22 scopes in all', { grants: [1, 2].map(() => ({ connection, scopes })) }],
    ['a credential that is none', { credentials: [{ id: 'cred_none' }] }],
  ])('is not set with %s', async (_name, change) => {
    const answer = await setAccess(change)
    expect([answer.status, (await answer.json()).message]).toEqual([
      400,
      expect.stringContaining('token_vault_privileged_access'),
    ])
  })
})
