import { connect, openAndLogIn, shown } from '@connected-accounts/testing/application/login-sdk'
import { setUpStage } from '@connected-accounts/testing/application/stage'
import { press } from '@connected-accounts/testing/chromium/person'
import { recordRequests } from '@connected-accounts/testing/chromium/requests'
import { describe, expect, test } from 'vitest'
import { createEmulator } from '../src/index.js'
import { call } from './call.js'

const stage = setUpStage(
  () => createEmulator({ port: 0 }),
  new URL('pages/spa.ts', import.meta.url),
)
const base = '/me/v1/connected-accounts'

describe.each([
  { scheme: 'Bearer', useDpop: false },
  { scheme: 'DPoP', useDpop: true },
])('auth0-spa-js with $scheme', ({ scheme, useDpop }) => {
  test('connects an account by redirect, and completes it in handleRedirectCallback', async () => {
    const { context, page } = stage()
    const wire = recordRequests(context, base)
    await openAndLogIn(stage(), { useDpop })

    const { value } = await connect(page, 'Connect Google')
    expect(value).toEqual({
      id: expect.stringMatching(/^cac_[A-Za-z0-9]{22}$/),
      connection: 'google-oauth2',
      access_type: 'offline',
      scopes: expect.arrayContaining(['https://www.googleapis.com/auth/calendar.readonly']),
      created_at: expect.stringMatching(/^\d{4}-\d\d-\d\dT/),
      appState: { from: 'the page' },
      response_type: 'connect_code',
    })
    const sent = wire.map(({ path, status }) => `${status} ${path.slice(base.length)}`)
    const challenged = useDpop ? ['401 /connect'] : []
    expect(sent).toEqual([...challenged, '201 /connect', '201 /complete'])
    for (const request of wire) expect(request).toMatchObject({ scheme, hasProof: useDpop })
  })

  test('tells a refused consent by a ConnectError with access_denied', async () => {
    await openAndLogIn(stage(), { useDpop })
    const { error } = await connect(stage().page, 'Connect Google', 'Cancel')
    expect(error).toMatchObject({
      name: 'ConnectError',
      error: 'access_denied',
      error_description: 'The user denied the request',
      connection: 'google-oauth2',
      appState: { from: 'the page' },
    })
    const accounts = { path: '/accounts', scope: 'read:me:connected_accounts' }
    expect(await call(stage().page, accounts)).toEqual({ status: 200, body: { accounts: [] } })
  })

  test('lists connections and accounts, and deletes one, through createFetcher', async () => {
    const { context, page } = stage()
    await openAndLogIn(stage(), { useDpop })
    const { value } = await connect(page, 'Connect Google')
    const { appState: _appState, response_type: _type, ...account } = Object(value)
    const wire = recordRequests(context, base)

    const connections = { path: '/connections', scope: 'read:me:connected_accounts' }
    const names = ['google-oauth2', 'github', 'acme', 'example-company']
    expect(await call(page, connections)).toEqual({
      status: 200,
      body: { connections: names.map((name) => expect.objectContaining({ name })) },
    })

    const accounts = { path: '/accounts', scope: 'read:me:connected_accounts' }
    expect(await call(page, accounts)).toEqual({ status: 200, body: { accounts: [account] } })

    const path = `/accounts/${account.id}`
    const deletion = { method: 'DELETE', path, scope: 'delete:me:connected_accounts' }
    expect(await call(page, deletion)).toEqual({ status: 204 })
    expect(await call(page, accounts)).toEqual({ status: 200, body: { accounts: [] } })
    for (const request of wire) expect(request).toMatchObject({ scheme, hasProof: useDpop })
  })
})

test('auth0-spa-js asks the provider for the scopes of the call, not for those of the connection', async () => {
  await openAndLogIn(stage())
  const { value } = await connect(stage().page, 'Connect GitHub')
  expect(value).toMatchObject({ connection: 'github', scopes: ['read:user', 'offline_access'] })
})

test('auth0-spa-js throws a MyAccountApiError with the problem of a connection that is not there', async () => {
  await openAndLogIn(stage())
  await press(stage().page, 'Connect a stranger')
  expect((await shown(stage().page)).error).toMatchObject({
    name: 'MyAccountApiError',
    type: 'https://auth0.com/api-errors/A0E-404-0001',
    status: 404,
    title: 'Not Found',
  })
})

test('auth0-spa-js repeats a call whose DPoP nonce has expired', async () => {
  const { context, emulator, page } = stage()
  await openAndLogIn(stage(), { useDpop: true })
  const wire = recordRequests(context, base)
  const accounts = { path: '/accounts', scope: 'read:me:connected_accounts' }
  await call(page, accounts)
  const nonce = wire[0]?.responseHeaders['dpop-nonce'] ?? ''
  emulator.failNext('getConnectedAccounts', {
    status: 401,
    headers: { 'www-authenticate': 'DPoP error="invalid_dpop_nonce"', 'dpop-nonce': nonce },
  })
  expect((await call(page, accounts)).status).toBe(200)
  expect(wire.map(({ status }) => status)).toEqual([401, 200, 401, 200])
})
