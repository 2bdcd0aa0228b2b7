import { describe, expect, it } from 'vitest'
import { createDomains } from '../src/domains.js'
import { createCaller, createTestBed } from './context.js'

async function createControl() {
  const bed = await createTestBed()
  const post = (path: string, body?: unknown) => {
    const text = typeof body === 'string' ? body : JSON.stringify(body)
    const init = { method: 'POST', ...(text !== undefined && { body: text }) }
    return bed.resources.fetch(new Request(`${bed.context.url}/_emulator${path}`, init))
  }
  return { ...bed, post, call: createCaller(bed) }
}

describe('The control API', () => {
  it('makes the next call of an operation fail', async () => {
    const { post, call } = await createControl()
    const fault = {
      operation: 'getConnectedAccounts',
      status: 503,
      headers: { 'retry-after': '3' },
    }
    expect((await post('/faults', fault)).status).toBe(204)
    const response = await call('/accounts')
    expect(response.status).toBe(503)
    expect(response.headers.get('retry-after')).toBe('3')
    expect((await call('/accounts')).status).toBe(200)
  })

  it('seeds accounts whose tokens work', async () => {
    const { post, resources } = await createControl()
    const body = { user_id: 'auth0|bob', connection: 'acme', count: 3 }
    const response = await post('/accounts', body)
    expect(response.status).toBe(201)
    expect((await response.json()).accounts).toHaveLength(3)
    const token = await resources.vault.exchange({ userId: 'auth0|bob', connection: 'acme' })
    expect(token?.scope).toBe('openid profile offline_access')
  })

  it('resets accounts and faults', async () => {
    const { post, call } = await createControl()
    await post('/accounts', { user_id: 'auth0|alice', connection: 'acme' })
    await post('/faults', { operation: 'getConnectedAccounts', status: 500 })
    expect((await post('/reset')).status).toBe(204)
    expect(await (await call('/accounts')).json()).toEqual({ accounts: [] })
  })

  it('resets by the function that the emulator gave', async () => {
    const { context } = await createTestBed()
    let resets = 0
    const reset = () => {
      resets += 1
    }
    const request = new Request(`${context.url}/_emulator/reset`, { method: 'POST' })
    await createDomains(context, { createIssuer: () => issuer, reset }).fetch(request)
    expect(resets).toBe(1)
  })

  it.each([
    ['/faults', 'no JSON', 'data must be JSON'],
    [
      '/faults',
      { operation: 'getToken' },
      'body must have one of status, challenge, delay, damage, switches',
    ],
    ['/faults', { operation: 'getToken', status: 200 }, 'body/status must be >= 400'],
    ['/faults', { operation: 'getToken', status: 429, headers: { 'a b': 'c' } }, 'body/headers'],
    [
      '/accounts',
      { user_id: 'auth0|nobody', connection: 'acme' },
      'body/user_id is not a user of the tenant',
    ],
    [
      '/accounts',
      { user_id: 'auth0|bob', connection: 'x' },
      'body/connection is not a connection of the tenant',
    ],
    [
      '/accounts',
      { user_id: 'auth0|bob', connection: 'acme', count: 0 },
      'body/count must be >= 1',
    ],
  ])('answers 400 to %s with %o', async (path, body, message) => {
    const { post } = await createControl()
    const response = await post(path, body)
    expect(response.status).toBe(400)
    expect((await response.json()).error).toContain(message)
  })
})

/** An authorization server that only says that it was asked. */
const issuer = { fetch: () => new Response('issuer') }

describe('The router of a domain', () => {
  async function get(path: string) {
    const { context } = await createTestBed()
    const domains = createDomains(context, { createIssuer: () => issuer })
    return (await domains.fetch(new Request(context.url + path))).text()
  }

  it.each([
    '/',
    '/me/v1/x',
    '/api/v2/users/x',
    '/connect',
    '/connected-accounts/connect',
    '/login/callback',
    '/upstream/acme/token',
    '/_emulator/x',
  ])('knows %s', async (path) => expect(await get(path)).not.toBe('issuer'))

  it.each([
    '/authorize',
    '/menu',
    '/api/v1/users',
    '/api/v22',
    '/connect/x',
    '/oauth/token',
    '/login',
  ])('leaves %s to the authorization server', async (path) =>
    expect(await get(path)).toBe('issuer'),
  )
})
