import { claims, loginWithCode, requestToken } from '@connected-accounts/testing/person/login'
import { manage } from '@connected-accounts/testing/tenant/management'
import { setupServer } from 'msw/node'
import { afterAll, beforeAll, beforeEach, describe, expect, it, onTestFinished } from 'vitest'
import { createEmulator, type Emulator, type User } from '../src/index.js'
import { createEmulator as createMswEmulator } from '../src/shells/msw/emulator.js'

let emulator: Emulator
beforeAll(async () => {
  emulator = await createEmulator({ port: 0 })
})
afterAll(() => emulator.close())
beforeEach(() => emulator.reset())

const loginOf = () => ({ emulator, client: emulator.clients.spa })

/** Changes what is set about Alice. */
function change(settings: Partial<User>, target: Pick<Emulator, 'tenant' | 'users'> = emulator) {
  const [alice, ...others] = target.users
  if (alice) target.tenant.set({ users: [{ ...alice, ...settings }, ...others] })
}

describe('A user whose address is not verified', () => {
  it('has email_verified false in ID tokens, userinfo and the Management API', async () => {
    change({ email_verified: false })
    const { id_token, access_token } = await loginWithCode(loginOf())
    expect(claims(id_token).email_verified).toBe(false)
    const headers = { authorization: `Bearer ${access_token}` }
    const info = await (await fetch(`${emulator.url}/userinfo`, { headers })).json()
    expect(info.email_verified).toBe(false)
    const user = await (await manage(emulator, { path: '/users/auth0%7Calice' })).json()
    expect(user.email_verified).toBe(false)
  })
})

describe('The metadata of a user', () => {
  it('is in the Management API, and in no token', async () => {
    const settings = { user_metadata: { color: 'blue' }, app_metadata: { plan: 'pro' } }
    change({ ...settings, permissions: [] })
    const user = await (await manage(emulator, { path: '/users/auth0%7Calice' })).json()
    expect(user).toMatchObject(settings)
    expect(user).not.toHaveProperty('permissions')
    expect(user).not.toHaveProperty('password')
    const { id_token } = await loginWithCode(loginOf())
    expect(claims(id_token)).not.toHaveProperty('user_metadata')
    expect(claims(id_token)).not.toHaveProperty('app_metadata')
  })
})

describe('A user who is blocked', () => {
  it('is sent back from a login with the error unauthorized', async () => {
    change({ blocked: true })
    await expect(loginWithCode(loginOf())).rejects.toThrow(
      'error=unauthorized&error_description=user+is+blocked',
    )
    const user = await (await manage(emulator, { path: '/users/auth0%7Calice' })).json()
    expect(user.blocked).toBe(true)
  })

  it('gets no refresh until unblocked: invalid_grant', async () => {
    const { refresh_token = '' } = await loginWithCode(loginOf())
    const refresh = () => requestToken(loginOf(), { grant_type: 'refresh_token', refresh_token })
    change({ blocked: true })
    const { status, body } = await refresh()
    expect([status, body]).toEqual([
      403,
      { error: 'invalid_grant', error_description: 'user is blocked' },
    ])
    change({ blocked: false })
    expect((await refresh()).status).toBe(200)
  })

  it('gets no refresh behind msw either', async () => {
    const behind = await createMswEmulator()
    const server = setupServer(...behind.handlers)
    server.listen()
    onTestFinished(() => server.close())
    const refresh_token = behind.issueRefreshToken({ user_id: 'auth0|alice' })
    change({ blocked: true }, behind)
    const fields = { grant_type: 'refresh_token', client_id: 'spa', refresh_token }
    const body = new URLSearchParams({ ...fields, audience: `${behind.url}/me/` })
    const response = await fetch(`${behind.url}/oauth/token`, { method: 'POST', body })
    expect(response.status).toBe(403)
    expect((await response.json()).error_description).toBe('user is blocked')
  })
})
