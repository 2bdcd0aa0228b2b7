import { redirectUri } from '@connected-accounts/testing/person/login'
import { describe, expect, it } from 'vitest'
import type { Tenant } from '../src/index.js'
import { authorize, only, spaOf, start } from './mistaken-tenant.js'

describe('An origin', () => {
  const allow = (allowed_origins: string[]) => (tenant: Tenant) => {
    for (const client of tenant.clients) client.callbacks = [redirectUri]
    spaOf(tenant).allowed_origins = allowed_origins
  }
  const allowedFor = ({ headers }: Response) => headers.get('access-control-allow-origin')

  /** What the token endpoint, the My Account API and its preflight allow to this origin. */
  async function ask(origin: string, mistake: (tenant: Tenant) => void) {
    const { emulator, myAccountToken, call } = await start(mistake)
    const form = { client_id: 'spa', grant_type: 'refresh_token', refresh_token: 'x' }
    const body = new URLSearchParams(form)
    const headers = { origin }
    const token = fetch(`${emulator.url}/oauth/token`, { method: 'POST', body, headers })
    const preflight = fetch(`${emulator.url}/me/v1/connected-accounts/accounts`, {
      method: 'OPTIONS',
      headers: { ...headers, 'access-control-request-method': 'GET' },
    })
    const account = call('/accounts', await myAccountToken(), undefined, headers)
    return (await Promise.all([token, account, preflight])).map(allowedFor)
  }

  it.each([
    { origin: 'http://localhost:3000', name: 'that of a callback' },
    { origin: 'https://app.example.test', name: 'one of allowed_origins' },
  ])('is allowed: $name', async ({ origin }) => {
    const mistake = allow(['https://app.example.test'])
    expect(await ask(origin, mistake)).toEqual([origin, origin, origin])
  })

  it.each(['http://localhost:3001', 'https://localhost:3000', 'https://other.test', 'null'])(
    'is not allowed where neither has it: %s',
    async (origin) => {
      const mistake = allow(['https://app.example.test'])
      expect(await ask(origin, mistake)).toEqual([null, null, null])
    },
  )

  it('of an app with a scheme of its own allows no sandboxed page', async () => {
    const mistake = (tenant: Tenant) => {
      allow([])(tenant)
      spaOf(tenant).callbacks.push('com.example.app://callback')
    }
    expect(await ask('null', mistake)).toEqual([null, null, null])
  })

  it('of another client does not do, but a preflight cannot know', async () => {
    const other = 'http://localhost:3001'
    const mistake = (tenant: Tenant) => {
      allow([])(tenant)
      only(tenant.clients, ({ client_id }) => client_id === 'web').allowed_origins = [other]
    }
    expect(await ask(other, mistake)).toEqual([null, null, other])
  })

  it('on any port of localhost is allowed by default', async () => {
    const origin = 'http://localhost:5173'
    expect(await ask(origin, () => undefined)).toEqual([origin, origin, origin])
  })
})

describe('A login with response_mode=web_message', () => {
  const params = { response_mode: 'web_message', prompt: 'none' }

  it('shows a page that names the origin and the setting: 403', async () => {
    const { emulator } = await start((tenant) => {
      spaOf(tenant).web_origins = ['https://app.example.test']
    })
    const { page } = await authorize(emulator, params)
    expect(page?.status).toBe(403)
    expect(page?.html).toContain('The origin http://localhost:3000 is not an allowed web origin')
    expect(page?.html).toContain('web_origins of the client spa')
  })

  it('is answered by a message to an origin of web_origins', async () => {
    const { emulator } = await start((tenant) => {
      spaOf(tenant).web_origins = ['http://localhost:3000']
    })
    const { page } = await authorize(emulator, params)
    expect(page?.html).toContain('authorization_response')
    expect(page?.html).toContain('login_required')
  })

  it('needs no web origin in another response mode', async () => {
    const { emulator } = await start((tenant) => {
      delete spaOf(tenant).web_origins
    })
    const { url } = await authorize(emulator, { prompt: 'none' })
    expect(url.searchParams.get('error')).toBe('login_required')
  })
})

it('A callback at any port of 127.0.0.1 is allowed by default', async () => {
  const { emulator } = await start(() => undefined)
  const { page } = await authorize(emulator, { redirect_uri: 'http://127.0.0.1:5173/callback' })
  expect(page?.status).toBe(200)
  expect(page?.html).toContain('Log in')
})
