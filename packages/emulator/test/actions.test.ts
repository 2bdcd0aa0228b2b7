import {
  authorizationUrl,
  claims,
  type Login,
  loginWithCode,
  requestToken,
} from '@connected-accounts/testing/person/login'
import { createBrowser } from '@connected-accounts/testing/person/plain-browser'
import { manage } from '@connected-accounts/testing/tenant/management'
import { setupServer } from 'msw/node'
import { describe, expect, it, onTestFinished, vi } from 'vitest'
import {
  type Actions,
  createEmulator,
  type Emulator,
  type PostLoginAction,
  type PostLoginEvent,
} from '../src/index.js'
import { createEmulator as createMswEmulator } from '../src/shells/msw/emulator.js'
import { answersOf } from './mistaken-tenant.js'

const api = 'https://api.example.test/'
const claim = 'https://example.test/plan'

interface Started {
  emulator: Emulator
  login: Login
  refresh(refreshToken: string | undefined, audience?: string): ReturnType<typeof requestToken>
}

/** Starts an emulator with an Action whose body can change. */
async function start(postLogin: PostLoginAction): Promise<Started> {
  const emulator = await createEmulator({ port: 0, actions: { postLogin } })
  onTestFinished(() => emulator.close())
  const login = { emulator, client: emulator.clients.spa, audience: api, scope: allScopes }
  return {
    emulator,
    login,
    refresh: (refresh_token = '', audience = api) =>
      requestToken(login, { grant_type: 'refresh_token', refresh_token, audience }),
  }
}

const allScopes = 'openid profile email read:calendar offline_access'

/** Silences a method of the console, and returns what was printed. */
function capture(method: 'error' | 'warn'): () => string {
  const spy = vi.spyOn(console, method).mockImplementation(() => undefined)
  onTestFinished(() => spy.mockRestore())
  return () => spy.mock.calls.flat().map(String).join('\n')
}

describe('The Action postLogin', () => {
  it('learns the user, the application and the API at a login and at a refresh', async () => {
    const events: PostLoginEvent[] = []
    const { emulator, login, refresh } = await start((event) => {
      events.push(event)
    })
    const { refresh_token } = await loginWithCode({
      ...login,
      params: { organization: 'example-organization' },
    })
    const scope = 'openid read:calendar'
    await requestToken(login, {
      grant_type: 'refresh_token',
      refresh_token: refresh_token ?? '',
      audience: api,
      scope,
    })
    await refresh(refresh_token, `${emulator.url}/me/`)
    const [atLogin, atRefresh, forMyAccount] = events
    expect(atLogin).toMatchObject({
      user: {
        user_id: 'auth0|alice',
        email: 'alice@example.test',
        email_verified: true,
        name: 'Alice',
        user_metadata: {},
        app_metadata: {},
      },
      client: { client_id: 'spa', name: 'Single page application' },
      connection: { name: 'Username-Password-Authentication', strategy: 'auth0' },
      organization: { id: 'org_example', name: 'example-organization' },
      resource_server: { identifier: api },
      request: { hostname: 'localhost', query: { audience: api, client_id: 'spa' } },
      transaction: { protocol: 'oidc-basic-profile', requested_scopes: allScopes.split(' ') },
    })
    expect(atLogin?.request.ip).toMatch(/^(127\.0\.0\.1|::1)$/)
    expect(JSON.stringify(events)).not.toContain(refresh_token)
    expect(JSON.stringify(events)).not.toContain('"password"')
    expect(atRefresh).toMatchObject({
      organization: { id: 'org_example' },
      request: { method: 'POST', query: {} },
      transaction: { protocol: 'oauth2-refresh-token', requested_scopes: scope.split(' ') },
    })
    expect(forMyAccount?.resource_server).toEqual({ identifier: `${emulator.url}/me/` })
    expect(events).toHaveLength(3)
  })

  it('adds claims to the access token and the ID token of a login', async () => {
    const { login } = await start((_event, { accessToken, idToken }) => {
      accessToken.setCustomClaim(claim, 'pro').accessToken.setCustomClaim('plan', { seats: 5 })
      idToken.setCustomClaim(claim, 'free').idToken.setCustomClaim('seats', [5])
    })
    const { access_token, id_token } = await loginWithCode(login)
    expect(claims(access_token)).toMatchObject({ [claim]: 'pro', plan: { seats: 5 }, azp: 'spa' })
    expect(claims(id_token)).toMatchObject({ [claim]: 'free', seats: [5], nonce: 'a-nonce' })
    expect(claims(access_token)).not.toHaveProperty('seats')
    expect(claims(id_token)).not.toHaveProperty('plan')
  })

  it('decides anew at each refresh: the claims of the login are gone', async () => {
    let runs = 0
    const { login, refresh } = await start((_event, { accessToken, idToken }) => {
      runs += 1
      accessToken.setCustomClaim(`${claim}/${runs}`, true)
      idToken.setCustomClaim(`${claim}/${runs}`, true)
    })
    const { refresh_token } = await loginWithCode(login)
    const { body } = await refresh(refresh_token)
    for (const token of [body.access_token, body.id_token]) {
      expect(claims(token)).toHaveProperty([`${claim}/2`])
      expect(claims(token)).not.toHaveProperty([`${claim}/1`])
    }
  })

  it('runs for a silent login, too', async () => {
    const protocols: string[] = []
    const { emulator } = await start(({ transaction }) => {
      protocols.push(transaction.protocol)
    })
    await answersOf({ emulator, client: emulator.clients.spa }, {})
    expect(protocols).toEqual(['oidc-basic-profile', 'oidc-basic-profile'])
  })

  it('runs once for a login with a consent page', async () => {
    let runs = 0
    const { emulator, login } = await start(() => {
      runs += 1
    })
    const apis = emulator.tenant.get().apis.map((one) => ({
      ...one,
      ...(one.identifier === api && { skip_consent_for_verifiable_first_party_clients: false }),
    }))
    emulator.tenant.set({ apis })
    const browser = createBrowser(emulator.url)
    const url = authorizationUrl({ ...login, verifier: 'v'.repeat(43) })
    const username = 'alice@example.test'
    const consentPage = await browser.submit(await browser.visit(url), {
      username,
      password: 'password',
    })
    expect(runs).toBe(0)
    const { url: callback } = await browser.submit(consentPage, { decision: 'accept' })
    expect(callback.searchParams.get('code')).toEqual(expect.any(String))
    expect(runs).toBe(1)
  })

  it('may be a promise, which the login waits for', async () => {
    const { login } = await start(async (_event, { idToken }) => {
      await new Promise(setImmediate)
      idToken.setCustomClaim(claim, 'late')
    })
    expect(claims((await loginWithCode(login)).id_token)).toHaveProperty([claim], 'late')
  })

  it('cannot change the user by its event', async () => {
    const { emulator, login } = await start(({ user }) => {
      user.app_metadata.plan = 'stolen'
      user.email_verified = false
    })
    const { id_token } = await loginWithCode(login)
    expect(claims(id_token).email_verified).toBe(true)
    expect(emulator.users[0]).not.toHaveProperty('app_metadata')
  })
})

describe('api.access.deny', () => {
  it('sends the user back from a login with access_denied and the reason, also with prompt=none', async () => {
    const { emulator } = await start((_event, { access }) => {
      access.deny('Only on weekdays')
    })
    const denied = { error: 'access_denied', error_description: 'Only on weekdays' }
    expect(await answersOf({ emulator, client: emulator.clients.spa }, {})).toEqual([
      denied,
      denied,
    ])
  })

  it('refuses a refresh with 403 access_denied, and the refresh token still works afterwards', async () => {
    let isOpen = true
    const { login, refresh } = await start((_event, { access }) => {
      if (!isOpen) access.deny('Closed')
    })
    const { refresh_token } = await loginWithCode(login)
    isOpen = false
    const { status, body } = await refresh(refresh_token)
    expect([status, body]).toEqual([403, { error: 'access_denied', error_description: 'Closed' }])
    isOpen = true
    expect((await refresh(refresh_token)).status).toBe(200)
  })
})

describe('A custom claim that Auth0 reserves', () => {
  it('is ignored, and the console says why', async () => {
    const printed = capture('warn')
    const { login } = await start((_event, { accessToken, idToken }) => {
      for (const name of ['sub', 'aud', 'iss', 'exp', 'scope', 'org_id', 'permissions', 'azp']) {
        accessToken.setCustomClaim(name, 'forged')
        idToken.setCustomClaim(name, 'forged')
      }
      idToken.setCustomClaim('email', 'forged')
      accessToken.setCustomClaim('email', 'alice@example.test')
    })
    const { access_token, id_token } = await loginWithCode(login)
    expect(JSON.stringify([claims(access_token), claims(id_token)])).not.toContain('forged')
    expect(claims(access_token).email).toBe('alice@example.test')
    expect(printed()).toContain(
      'postLogin set sub in the access token. It is ignored: the name is reserved',
    )
    expect(printed()).toContain('postLogin set email in the ID token')
  })

  it('is one without a namespace in a token for the My Account API', async () => {
    const printed = capture('warn')
    const { emulator, login, refresh } = await start((_event, { accessToken }) => {
      accessToken.setCustomClaim('plan', 'pro').accessToken.setCustomClaim(claim, 'pro')
    })
    const { refresh_token } = await loginWithCode(login)
    const { body } = await refresh(refresh_token, `${emulator.url}/me/`)
    expect(claims(body.access_token)).not.toHaveProperty('plan')
    expect(claims(body.access_token)).toHaveProperty([claim], 'pro')
    expect(printed()).toContain('plan in the access token')
  })
})

describe('The metadata that an Action sets', () => {
  it('is in the Management API, in the next event and in no token, until reset()', async () => {
    const seen: unknown[] = []
    const { emulator, login } = await start(({ user }, { user: change }) => {
      seen.push([user.app_metadata, user.user_metadata])
      change.setAppMetadata('plan', 'pro').user.setUserMetadata('color', 'blue')
      change.setUserMetadata('shape', seen.length === 1 ? 'round' : null)
    })
    const { access_token } = await loginWithCode(login)
    await loginWithCode(login)
    expect(seen).toEqual([
      [{}, {}],
      [{ plan: 'pro' }, { color: 'blue', shape: 'round' }],
    ])
    const user = await (await manage(emulator, { path: '/users/auth0%7Calice' })).json()
    expect(user).toMatchObject({ app_metadata: { plan: 'pro' } })
    expect(user.user_metadata).toEqual({ color: 'blue' })
    expect(claims(access_token)).not.toHaveProperty('app_metadata')
    emulator.reset()
    expect(emulator.users[0]).not.toHaveProperty('app_metadata')
  })

  it('remains if the login is refused', async () => {
    const { emulator, login } = await start((_event, { access, user }) => {
      user.setAppMetadata('refused', true)
      access.deny('No')
    })
    await expect(loginWithCode(login)).rejects.toThrow('access_denied')
    expect(emulator.users[0]?.app_metadata).toEqual({ refused: true })
  })
})

describe('An Action that throws', () => {
  it('refuses login and refresh with access_denied and its message; log and console have the error', async () => {
    const printed = capture('error')
    let isBroken = false
    const { emulator, login, refresh } = await start(({ user }) => {
      if (isBroken) JSON.parse(String(user.user_metadata.color))
    })
    const { refresh_token } = await loginWithCode(login)
    isBroken = true
    const message = `"undefined" is not valid JSON`
    const { status, body } = await refresh(refresh_token)
    expect([status, body]).toEqual([403, { error: 'access_denied', error_description: message }])
    await expect(loginWithCode(login)).rejects.toThrow('access_denied')
    expect(emulator.logs.map(({ type }) => type)).toEqual([
      'actions_execution_failed',
      'actions_execution_failed',
    ])
    expect(emulator.logs[0]).toMatchObject({
      description: message,
      user_id: 'auth0|alice',
      client_id: 'spa',
      strategy: '',
      strategy_type: '',
    })
    expect(printed()).toContain(`The Action postLogin failed:\nSyntaxError: ${message}`)
  })

  it('sets no metadata', async () => {
    capture('error')
    const { emulator, login } = await start((_event, { user }) => {
      user.setAppMetadata('half', true)
      throw new Error('broken')
    })
    await expect(loginWithCode(login)).rejects.toThrow('broken')
    expect(emulator.users[0]).not.toHaveProperty('app_metadata')
  })

  it('is one whose claims have more than 100 KB', async () => {
    capture('error')
    const { login } = await start((_event, { idToken }) => {
      idToken.setCustomClaim(claim, 'x'.repeat(100 * 1024))
    })
    await expect(loginWithCode(login)).rejects.toThrow('100')
  })
})

it('The emulator for msw runs the Action at a refresh', async () => {
  let reason: string | undefined
  const emulator = await createMswEmulator({
    actions: {
      postLogin({ transaction }, { access, accessToken }) {
        accessToken.setCustomClaim(claim, transaction.protocol)
        if (reason) access.deny(reason)
      },
    },
  })
  const server = setupServer(...emulator.handlers)
  server.listen()
  onTestFinished(() => server.close())
  const refresh_token = emulator.issueRefreshToken({ user_id: 'auth0|alice' })
  const fields = { grant_type: 'refresh_token', client_id: 'spa', refresh_token, audience: api }
  const refresh = () =>
    fetch(`${emulator.url}/oauth/token`, { method: 'POST', body: new URLSearchParams(fields) })
  const { access_token } = await (await refresh()).json()
  expect(claims(access_token)).toHaveProperty([claim], 'oauth2-refresh-token')
  reason = 'Closed'
  const refused = await refresh()
  expect(refused.status).toBe(403)
  expect(await refused.json()).toEqual({ error: 'access_denied', error_description: 'Closed' })
})

it.each([
  [null, 'actions'],
  [{ postlogin: () => undefined }, 'actions/postlogin'],
  [{ postLogin: 'deny' }, 'actions/postLogin'],
])('The option actions %j is refused by its name', async (value, name) => {
  const actions = value as unknown as Actions // what JavaScript can pass
  await expect(createEmulator({ port: 0, actions })).rejects.toThrow(name)
  await expect(createMswEmulator({ actions })).rejects.toThrow(name)
})
