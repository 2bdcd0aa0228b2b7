import { loginWithCode, requestToken } from '@connected-accounts/testing/person/login'
import { generateKeyPair } from 'dpop'
import { decodeJwt, decodeProtectedHeader } from 'jose'
import { setupServer } from 'msw/node'
import { describe, expect, it, onTestFinished } from 'vitest'
import { createEmulator, defaultTenant, type Emulator, type Tenant } from '../src/index.js'
import { createEmulator as createMswEmulator } from '../src/shells/msw/emulator.js'

const audience = 'https://api.example.test/'
const user_id = 'auth0|alice'

const dialects = [
  'access_token',
  'access_token_authz',
  'rfc9068_profile',
  'rfc9068_profile_authz',
] as const
type Dialect = (typeof dialects)[number]

/** The default tenant, in which the tokens of all APIs have a dialect. */
function tenantWith(token_dialect: Dialect): Tenant {
  const tenant = defaultTenant()
  for (const api of tenant.apis) api.token_dialect = token_dialect
  const [alice] = tenant.users
  if (alice) {
    alice.permissions = [
      { resource_server_identifier: audience, permission_name: 'read:calendar' },
      { resource_server_identifier: 'https://other/', permission_name: 'other' },
    ]
  }
  return tenant
}

async function start(tenant: Partial<Tenant> = {}): Promise<Emulator> {
  const emulator = await createEmulator({ port: 0, tenant })
  onTestFinished(() => emulator.close())
  return emulator
}

const accountsOf = (emulator: { url: string }, token: string, headers: object = {}) =>
  fetch(`${emulator.url}/me/v1/connected-accounts/accounts`, {
    headers: { authorization: `Bearer ${token}`, ...headers },
  })

/** The `typ` of a token, and the names of its claims. */
function shapeOf(token: string): string {
  const names = Object.keys(decodeJwt(token)).sort()
  return [decodeProtectedHeader(token).typ, ...names].join(' ')
}

/** What a token of a user has in each dialect. */
const ofUser: Record<Dialect, string> = {
  access_token: 'JWT aud azp exp iat iss scope sub',
  access_token_authz: 'JWT aud azp exp iat iss permissions scope sub',
  rfc9068_profile: 'at+jwt aud client_id exp iat iss jti scope sub',
  rfc9068_profile_authz: 'at+jwt aud client_id exp iat iss jti permissions scope sub',
}

/** What a token of the client itself has in each dialect. */
const ofClient: Record<Dialect, string> = {
  ...ofUser,
  access_token: 'JWT aud azp exp gty iat iss scope sub',
  access_token_authz: 'JWT aud azp exp gty iat iss permissions scope sub',
}

describe.each(dialects)(
  'An access token in the dialect %s (Auth0, Access Token Profiles)',
  (dialect) => {
    const clientIdOf = (token: string) => {
      const { azp, client_id } = decodeJwt(token)
      return dialect.startsWith('rfc') ? client_id : azp
    }
    const permissions = dialect.endsWith('_authz') ? ['read:calendar'] : undefined

    it('has the same header and claims from a login, a refresh and issueAccessToken', async () => {
      const emulator = await start(tenantWith(dialect))
      const login = { emulator, client: emulator.clients.spa, audience }
      const scope = 'offline_access read:calendar'
      const first = await loginWithCode({ ...login, scope })
      const fields = { grant_type: 'refresh_token', refresh_token: first.refresh_token ?? '' }
      const { body } = await requestToken(login, { ...fields, audience })
      const issued = await emulator.issueAccessToken({ user_id, audience })
      for (const token of [first.access_token, body.access_token, issued]) {
        expect(shapeOf(token)).toBe(ofUser[dialect])
        expect(clientIdOf(token)).toBe('spa')
        const { sub, permissions: found } = decodeJwt(token)
        expect([sub, found]).toEqual([user_id, permissions])
      }
    })

    it('has them from client credentials, with the granted scopes as permissions', async () => {
      const emulator = await start(tenantWith(dialect))
      const request = { emulator, client: emulator.clients.web }
      const { body } = await requestToken(request, { grant_type: 'client_credentials', audience })
      expect(shapeOf(body.access_token)).toBe(ofClient[dialect])
      expect(clientIdOf(body.access_token)).toBe('web')
      expect(decodeJwt(body.access_token)).toMatchObject({
        sub: 'web@clients',
        ...(permissions && { permissions }),
      })
    })

    it('has them from the token endpoint behind msw', async () => {
      const emulator = await createMswEmulator({ tenant: tenantWith(dialect) })
      const server = setupServer(...emulator.handlers)
      server.listen()
      onTestFinished(() => server.close())
      const fields = {
        grant_type: 'refresh_token',
        client_id: 'spa',
        refresh_token: emulator.issueRefreshToken({ user_id }),
        audience,
      }
      const init = { method: 'POST', body: new URLSearchParams(fields) }
      const { access_token } = await (await fetch(`${emulator.url}/oauth/token`, init)).json()
      expect(shapeOf(access_token)).toBe(ofUser[dialect])
      const mine = await emulator.issueAccessToken({ user_id })
      expect((await accountsOf(emulator, mine)).status).toBe(200)
    })

    it('is accepted by the My Account API and /userinfo, bound to a key or not', async () => {
      const emulator = await start(tenantWith(dialect))
      const me = `${emulator.url}/me/`
      const scope = 'openid read:me:connected_accounts'
      const login = { emulator, client: emulator.clients.spa, audience: me, scope }
      const { access_token } = await loginWithCode(login)
      expect((await accountsOf(emulator, access_token)).status).toBe(200)
      const headers = { authorization: `Bearer ${access_token}` }
      const info = await fetch(`${emulator.url}/userinfo`, { headers })
      expect(await info.json()).toEqual({ sub: user_id })
      const bound = await loginWithCode({ ...login, dpop: await generateKeyPair('ES256') })
      expect(decodeJwt(bound.access_token)).toHaveProperty('cnf.jkt')
      const asBearer = await accountsOf(emulator, bound.access_token)
      expect(asBearer.status).toBe(401)
    })

    it('names the client whose origins may call the My Account API', async () => {
      const tenant = tenantWith(dialect)
      for (const client of tenant.clients) {
        client.allowed_origins = client.client_id === 'spa' ? [] : ['https://web.example.test']
      }
      const emulator = await start(tenant)
      const origin = 'https://web.example.test'
      const allowed = async (client_id: string) => {
        const token = await emulator.issueAccessToken({ user_id, client_id })
        const { headers } = await accountsOf(emulator, token, { origin })
        return headers.get('access-control-allow-origin')
      }
      expect([await allowed('web'), await allowed('spa')]).toEqual([origin, null])
    })
  },
)

describe('The dialect of an API that does not say it', () => {
  it('is access_token, for the My Account API and the Management API as well', async () => {
    const emulator = await start()
    const { management, spa } = emulator.clients
    for (const one of [audience, `${emulator.url}/me/`]) {
      const { access_token } = await loginWithCode({ emulator, client: spa, audience: one })
      expect(decodeProtectedHeader(access_token).typ).toBe('JWT')
    }
    const fields = { grant_type: 'client_credentials', audience: management.audience }
    const { body } = await requestToken({ emulator, client: management }, fields)
    expect(shapeOf(body.access_token)).toBe(ofClient.access_token)
  })

  it('follows the switch systemTokenDialect for these two, until it is set back', async () => {
    const emulator = await start()
    const issue = async (one?: string) =>
      shapeOf(await emulator.issueAccessToken({ user_id, ...(one && { audience: one }) }))
    const management = () => issue(emulator.clients.management.audience)
    emulator.switches.set({ systemTokenDialect: 'rfc9068_profile' })
    expect(await issue()).toBe(ofUser.rfc9068_profile)
    expect(await management()).toBe(ofUser.rfc9068_profile)
    expect(await issue(audience)).toBe(ofUser.access_token)
    emulator.switches.set({ systemTokenDialect: 'access_token' })
    expect(await issue()).toBe(ofUser.access_token)
    const apis = tenantWith('rfc9068_profile').apis
    emulator.tenant.set({ apis })
    expect(await issue()).toBe(ofUser.rfc9068_profile)
  })
})

it('A dialect that does not exist is refused by its field', async () => {
  const apis = JSON.parse(JSON.stringify(defaultTenant().apis))
  apis[1].token_dialect = 'jwt'
  await expect(createEmulator({ port: 0, tenant: { apis } })).rejects.toThrow(
    'tenant/apis/1/token_dialect must be equal to one of the allowed values',
  )
})
