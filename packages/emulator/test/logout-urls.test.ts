import { loginWithCode } from '@connected-accounts/testing/person/login'
import { createBrowser } from '@connected-accounts/testing/person/plain-browser'
import { manage } from '@connected-accounts/testing/tenant/management'
import { describe, expect, it } from 'vitest'
import type { Tenant } from '../src/index.js'
import { only, spaOf, start } from './mistaken-tenant.js'

const urls = ['https://app.example.test/bye', 'https://app.example.test/other']
const ofClient = (tenant: Tenant) => {
  spaOf(tenant).allowed_logout_urls = urls
}
const ofTenant = (tenant: Tenant) => {
  spaOf(tenant).allowed_logout_urls = ['https://client.example.test/']
  tenant.allowed_logout_urls = urls
}

/** Follows a logout. Returns the last URL, and the page if it is the tenant's. */
async function logOut(
  change: (tenant: Tenant) => void,
  path: string,
  params: Record<string, string>,
) {
  const { emulator } = await start(change)
  const target = `${emulator.url}${path}?${new URLSearchParams(params)}`
  const { url, page } = await createBrowser(emulator.url).visit(target)
  return page ? page : url.href
}

describe('A logout may lead to', () => {
  const [bye = '', other = ''] = urls
  it.each<[string, (tenant: Tenant) => void, string, Record<string, string>, string]>([
    [
      'a logout URL of the client',
      ofClient,
      '/v2/logout',
      { client_id: 'spa', returnTo: other },
      other,
    ],
    ['one of the tenant without client_id', ofTenant, '/v2/logout', { returnTo: other }, other],
    ['the first of the client without returnTo', ofClient, '/v2/logout', { client_id: 'spa' }, bye],
    ['the first of the tenant without both', ofTenant, '/v2/logout', {}, bye],
    [
      'one with another query and fragment',
      ofClient,
      '/v2/logout',
      { client_id: 'spa', returnTo: `${bye}?a=1#b` },
      `${bye}?a=1#b`,
    ],
    [
      'one whose host has capitals',
      ofClient,
      '/v2/logout',
      { client_id: 'spa', returnTo: 'https://APP.example.test/bye' },
      bye,
    ],
    [
      'one of the client, by /oidc/logout',
      ofClient,
      '/oidc/logout',
      { client_id: 'spa', post_logout_redirect_uri: other },
      other,
    ],
    [
      'the first of the client, by /oidc/logout',
      ofClient,
      '/oidc/logout',
      { client_id: 'spa' },
      bye,
    ],
  ])('%s', async (_name, change, path, params, expected) => {
    expect(await logOut(change, path, params)).toBe(expected)
  })

  it('one of the tenant with only an ID token as the hint', async () => {
    const { emulator, login } = await start(ofTenant)
    const { id_token = '' } = await loginWithCode(login)
    const params = new URLSearchParams({ id_token_hint: id_token, post_logout_redirect_uri: other })
    const { url } = await createBrowser(emulator.url).visit(`${emulator.url}/oidc/logout?${params}`)
    expect(url.href).toBe(other)
  })
})

describe('A logout is refused, with the list that lacks the URL, for', () => {
  const callback = 'http://localhost:3000/callback'
  const added = 'https://app.example.test/callback'
  it.each<[string, (tenant: Tenant) => void, string, Record<string, string>, string]>([
    [
      'a callback that was added to the default tenant',
      (tenant) => spaOf(tenant).callbacks.push(added),
      '/v2/logout',
      { client_id: 'spa', returnTo: added },
      'allowed_logout_urls of the client spa',
    ],
    [
      'a callback URL',
      ofClient,
      '/v2/logout',
      { client_id: 'spa', returnTo: callback },
      'allowed_logout_urls of the client spa',
    ],
    [
      'one of the tenant with client_id',
      ofTenant,
      '/v2/logout',
      { client_id: 'spa', returnTo: urls[0] ?? '' },
      'allowed_logout_urls of the client spa',
    ],
    [
      'one of a client without client_id',
      ofClient,
      '/v2/logout',
      { returnTo: urls[0] ?? '' },
      'allowed_logout_urls of the tenant',
    ],
    [
      'another query, by /oidc/logout',
      ofClient,
      '/oidc/logout',
      { client_id: 'spa', post_logout_redirect_uri: `${urls[0]}?a=1` },
      'allowed_logout_urls of the client spa',
    ],
    [
      'another path',
      ofClient,
      '/v2/logout',
      { client_id: 'spa', returnTo: `${urls[0]}/more` },
      'allowed_logout_urls of the client spa',
    ],
    [
      'a URL that is none',
      ofClient,
      '/v2/logout',
      { client_id: 'spa', returnTo: '/bye' },
      'allowed_logout_urls of the client spa',
    ],
  ])('%s', async (_name, change, path, params, expected) => {
    const page = await logOut(change, path, params)
    expect(page).toMatchObject({ status: 400, html: expect.stringContaining(expected) })
  })
})

it('The Management API changes the logout URLs of a client', async () => {
  const { emulator } = await start((tenant) => {
    only(tenant.clients, ({ client_id }) => client_id === 'spa').allowed_logout_urls = []
  })
  const target = `${emulator.url}/v2/logout?client_id=spa`
  expect((await createBrowser(emulator.url).visit(target)).page?.html).toContain(
    'You are logged out',
  )
  await manage(emulator, { path: '/clients/spa', body: { allowed_logout_urls: urls } })
  expect((await createBrowser(emulator.url).visit(target)).url.href).toBe(urls[0])
})
