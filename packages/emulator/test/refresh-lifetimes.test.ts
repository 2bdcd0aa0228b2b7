import {
  claims,
  type Login,
  loginWithCode,
  requestToken,
} from '@connected-accounts/testing/person/login'
import { manage } from '@connected-accounts/testing/tenant/management'
import { afterEach, describe, expect, it } from 'vitest'
import {
  type Client,
  createEmulator,
  defaultTenant,
  type Emulator,
  TOKEN_VAULT_GRANT,
} from '../src/index.js'

type Settings = Partial<Client['refresh_token']>

const day = 86_400
const running: Emulator[] = []

afterEach(() => Promise.all(running.splice(0).map((emulator) => emulator.close())))

/** A login to `web` with these settings of its refresh tokens. */
async function logInWith(settings: Settings, change: Partial<Login> = {}) {
  const { clients } = defaultTenant()
  for (const { client_id, refresh_token } of clients) {
    if (client_id === 'web') Object.assign(refresh_token, settings)
  }
  const emulator = await createEmulator({ port: 0, tenant: { clients } })
  running.push(emulator)
  const login = { emulator, client: emulator.clients.web, ...change }
  const { refresh_token: token = '' } = await loginWithCode(login)
  let latest = token
  /** Whether a refresh with the token that came last works after so many seconds more. */
  const worksAfter = async (seconds: number) => {
    emulator.clock.advance(seconds)
    const fields = { grant_type: 'refresh_token', refresh_token: latest }
    const { status, body } = await requestToken(login, fields)
    latest = body.refresh_token ?? latest
    return status === 200
  }
  return { emulator, login, token, worksAfter }
}

describe('The absolute lifetime of refresh tokens', () => {
  it('is 30 days if the client says nothing else', async () => {
    const { worksAfter } = await logInWith({})
    expect(await worksAfter(30 * day - 60)).toBe(true)
    expect(await worksAfter(61)).toBe(false)
  })

  it.each(['rotating', 'non-rotating'] as const)(
    'counts from the login however often a %s one is used',
    async (rotation_type) => {
      const { worksAfter } = await logInWith({ rotation_type, token_lifetime: 1000 })
      expect([await worksAfter(500), await worksAfter(400)]).toEqual([true, true])
      expect(await worksAfter(101)).toBe(false)
    },
  )

  it.each<Settings>([
    { expiration_type: 'non-expiring', token_lifetime: 1000, idle_token_lifetime: 100 },
    { infinite_token_lifetime: true, token_lifetime: 1000 },
    { token_lifetime: 157_788_000 },
  ])('does not end after four years with %o', async (settings) => {
    const { worksAfter } = await logInWith(settings)
    expect(await worksAfter(4 * 365 * day)).toBe(true)
  })

  it('may be changed at run time', async () => {
    const { emulator, worksAfter } = await logInWith({})
    const refresh_token = { rotation_type: 'non-rotating', expiration_type: 'expiring' }
    const body = { refresh_token: { ...refresh_token, token_lifetime: 60 } }
    expect((await manage(emulator, { path: '/clients/web', body })).status).toBe(200)
    expect([await worksAfter(50), await worksAfter(11)]).toEqual([true, false])
  })

  it('counts as it is at the time, also for tokens that are there', async () => {
    const { emulator, worksAfter } = await logInWith({ token_lifetime: 1000 })
    const settings = { rotation_type: 'non-rotating', expiration_type: 'expiring' }
    const body = { refresh_token: { ...settings, token_lifetime: 500 } }
    expect(await worksAfter(499)).toBe(true)
    await manage(emulator, { path: '/clients/web', body })
    expect(await worksAfter(2)).toBe(false)
  })

  it('keeps the organization of the login as long', async () => {
    const params = { organization: 'org_example' }
    const { emulator, login, token } = await logInWith(
      { infinite_token_lifetime: true },
      { params },
    )
    emulator.clock.advance(300 * day)
    const audience = `${emulator.url}/me/`
    const fields = { grant_type: 'refresh_token', refresh_token: token, audience }
    const { body } = await requestToken(login, fields)
    expect(claims(body.access_token).org_id).toBe('org_example')
  })
})

describe('The idle lifetime of refresh tokens', () => {
  const idle = { infinite_token_lifetime: true, idle_token_lifetime: 100 }

  it.each(['rotating', 'non-rotating'] as const)(
    'begins anew each time a %s one is used',
    async (rotation_type) => {
      const { worksAfter } = await logInWith({ ...idle, rotation_type })
      for (const seconds of [90, 90, 90]) expect(await worksAfter(seconds)).toBe(true)
      expect(await worksAfter(101)).toBe(false)
    },
  )

  it('does not reach beyond the absolute lifetime', async () => {
    const { worksAfter } = await logInWith({ token_lifetime: 150, idle_token_lifetime: 100 })
    expect([await worksAfter(90), await worksAfter(61)]).toEqual([true, false])
  })

  it('has no end with infinite_idle_token_lifetime', async () => {
    const { worksAfter } = await logInWith({ ...idle, infinite_idle_token_lifetime: true })
    expect(await worksAfter(1000)).toBe(true)
  })

  it('begins anew with a Token Vault exchange, which an expired token does not get', async () => {
    const { emulator, login, token } = await logInWith(idle)
    await emulator.seed({ user_id: 'auth0|alice', connection: 'acme' })
    const exchangeAfter = async (seconds: number) => {
      emulator.clock.advance(seconds)
      const { status } = await requestToken(login, {
        grant_type: TOKEN_VAULT_GRANT,
        subject_token: token,
        subject_token_type: 'urn:ietf:params:oauth:token-type:refresh_token',
        requested_token_type: 'http://auth0.com/oauth/token-type/federated-connection-access-token',
        connection: 'acme',
      })
      return status
    }
    expect([await exchangeAfter(90), await exchangeAfter(90), await exchangeAfter(101)]).toEqual([
      200, 200, 401,
    ])
  })
})
