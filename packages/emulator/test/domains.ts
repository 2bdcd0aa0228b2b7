import { resolveLocalhostNames } from '@connected-accounts/testing/machine/network'
import {
  loginWithCode,
  requestToken,
  type TokenAnswer,
} from '@connected-accounts/testing/person/login'
import { afterAll, beforeAll, beforeEach } from 'vitest'
import { createEmulator, type Emulator } from '../src/index.js'
import { scopes } from './mistaken-tenant.js'

/** An emulator by its canonical domain and by a custom one, `login.localhost`, for the tests of a file. */
export function setUpDomains(): { canonical: () => Emulator; custom: () => Emulator } {
  let emulator: Emulator
  resolveLocalhostNames()
  beforeAll(async () => {
    const tenant = { custom_domains: ['login.localhost', 'id.acme.localhost'] }
    emulator = await createEmulator({ port: 0, tenant })
  })
  beforeEach(() => emulator.reset())
  afterAll(() => emulator.close())
  return {
    canonical: () => emulator,
    custom: () => {
      const [, url = ''] = emulator.domains
      return { ...emulator, url, domain: url }
    },
  }
}

/** Lists connected accounts at a domain. */
export function accounts(at: Emulator, token: string): Promise<Response> {
  const headers = { authorization: `Bearer ${token}` }
  return fetch(`${at.url}/me/v1/connected-accounts/accounts`, { headers })
}

/** A token of a login for the My Account API of a domain. */
export async function myAccountToken(at: Emulator): Promise<string> {
  const scope = `openid ${scopes.join(' ')}`
  const login = { emulator: at, client: at.clients.spa, audience: `${at.url}/me/`, scope }
  return (await loginWithCode(login)).access_token
}

/** Logs in and refreshes at one domain, for the My Account API of `audience`. */
export async function refresh(at: Emulator, audience: Emulator): Promise<TokenAnswer> {
  const request = { emulator: at, client: at.clients.spa }
  const { refresh_token = '' } = await loginWithCode(request)
  const fields = { refresh_token, audience: `${audience.url}/me/` }
  return requestToken(request, { grant_type: 'refresh_token', ...fields })
}
