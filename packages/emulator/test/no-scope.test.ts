import { claims, exchangeCode, logIn } from '@connected-accounts/testing/person/login'
import { createBrowser } from '@connected-accounts/testing/person/plain-browser'
import { describe, expect, it } from 'vitest'
import type { Tenant } from '../src/index.js'
import { spaOf, start } from './mistaken-tenant.js'

const example = 'https://api.example.test/'

/** Logs in without a scope. Returns the tokens. */
async function logInWithoutScope(
  audience?: string,
  change: (tenant: Tenant) => void = () => undefined,
) {
  const { emulator, login, me } = await start(change)
  const wanted = audience === 'me' ? me : audience
  const request = { ...login, scope: '', ...(wanted && { audience: wanted }) }
  const made = await logIn(request, createBrowser(emulator.url))
  return (await exchangeCode({ ...request, ...made })).body
}

describe('A login without scope has', () => {
  it('the scopes of OpenID Connect without an audience (RFC 6749 §3.3)', async () => {
    const { scope, id_token = '', refresh_token } = await logInWithoutScope()
    expect(scope).toBe('openid profile email')
    expect(claims(id_token).sub).toBe('auth0|alice')
    expect(refresh_token).toBeUndefined()
  })

  it('all scopes of the API of its audience', async () => {
    const { scope, access_token } = await logInWithoutScope(example)
    expect(scope).toBe('read:calendar')
    expect(claims(access_token).scope).toBe('read:calendar')
  })

  it('those of the client grant for the My Account API', async () => {
    const { scope } = await logInWithoutScope('me', (tenant) => {
      tenant.client_grants = [
        {
          client_id: spaOf(tenant).client_id,
          audience: 'https://{domain}/me/',
          scope: ['read:me:connected_accounts'],
          subject_type: 'user',
        },
      ]
    })
    expect(scope).toBe('read:me:connected_accounts')
  })

  it('those of OpenID Connect for an API that has no scopes', async () => {
    const { scope } = await logInWithoutScope(example, (tenant) => {
      for (const api of tenant.apis) if (api.identifier === example) api.scopes = []
    })
    expect(scope).toBe('openid profile email')
  })
})
