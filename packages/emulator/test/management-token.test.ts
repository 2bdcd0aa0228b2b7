import { type Login, loginWithCode, requestToken } from '@connected-accounts/testing/person/login'
import { manage } from '@connected-accounts/testing/tenant/management'
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest'
import { createEmulator, type Emulator, MANAGEMENT_AUDIENCE } from '../src/index.js'

let emulator: Emulator
let login: Login
beforeAll(async () => {
  emulator = await createEmulator({ port: 0 })
})
afterAll(() => emulator.close())
beforeEach(() => {
  emulator.reset()
  login = { emulator, client: emulator.clients.spa }
})

describe('A token for the Management API', () => {
  const fields = () => ({
    grant_type: 'client_credentials',
    audience: emulator.clients.management.audience,
  })

  it('comes from the client credentials of the client management, with all scopes', async () => {
    const { body } = await requestToken({ emulator, client: emulator.clients.management }, fields())
    expect(body).toMatchObject({
      token_type: 'Bearer',
      scope: 'read:users read:clients update:clients read:connections update:connections',
    })
  })

  it('is refused to the credentials of another client', async () => {
    const { status, body } = await requestToken(
      { emulator, client: emulator.clients.web },
      fields(),
    )
    expect([status, body.error]).toEqual([403, 'access_denied'])
  })

  it('goes to the clients that have a client grant for it, with the scopes of the grant', async () => {
    const audience = MANAGEMENT_AUDIENCE
    const client_grants = [{ client_id: 'web', audience, scope: ['read:users'] }]
    const granted = await createEmulator({ port: 0, tenant: { client_grants } })
    const { web, management } = granted.clients
    const request = { grant_type: 'client_credentials', audience: management.audience }
    const { body } = await requestToken({ emulator: granted, client: web }, request)
    const refused = await requestToken({ emulator: granted, client: management }, request)
    await granted.close()
    expect(body.scope).toBe('read:users')
    expect(refused.body.error).toBe('access_denied')
  })

  it('is refused to a login', async () => {
    const { audience } = fields()
    await expect(loginWithCode({ ...login, audience })).rejects.toThrow('error=access_denied')
  })

  it('is refused to a refresh token, even where a policy has it', async () => {
    const { audience } = fields()
    const policies = [{ audience, scope: ['read:users'] }]
    const refresh_token = { rotation_type: 'non-rotating', expiration_type: 'expiring', policies }
    await manage(emulator, { path: '/clients/spa', body: { refresh_token } })
    const tokens = await loginWithCode(login)
    const { body } = await requestToken(login, {
      grant_type: 'refresh_token',
      refresh_token: tokens.refresh_token ?? '',
      audience,
    })
    expect(body.error).toBe('invalid_target')
  })

  it('is not the one for another API', async () => {
    const { access_token: token } = await loginWithCode({
      ...login,
      audience: `${emulator.url}/me/`,
    })
    const response = await manage(emulator, { path: '/clients/spa', token })
    expect(response.status).toBe(401)
    expect(await response.json()).toEqual({
      statusCode: 401,
      error: 'Unauthorized',
      message: 'Invalid token',
    })
  })
})
