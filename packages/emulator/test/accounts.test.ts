import { describe, expect, it } from 'vitest'
import { createCaller, createTestBed, mintToken } from './context.js'

/** A bed with seeded accounts of Alice. */
async function createSeeded(counts: Record<string, number>) {
  const bed = await createTestBed()
  for (const [connection, count] of Object.entries(counts)) {
    await seed(bed, { user_id: 'auth0|alice', connection, count })
  }
  return { ...bed, call: createCaller(bed) }
}

function seed({ context, resources }: Awaited<ReturnType<typeof createTestBed>>, body: object) {
  const url = `${context.url}/_emulator/accounts`
  return resources.fetch(new Request(url, { method: 'POST', body: JSON.stringify(body) }))
}

type Caller = ReturnType<typeof createCaller>

async function list(call: Caller, query = '') {
  const response = await call(`/accounts${query}`)
  expect(response.status).toBe(200)
  const page: { accounts: { id: string; connection: string }[]; next?: string } =
    await response.json()
  return page
}

async function listAll(call: Caller, query: string) {
  const sizes: number[] = []
  const ids: string[] = []
  let next: string | undefined
  do {
    const page = await list(call, `${query}${next ? `&from=${encodeURIComponent(next)}` : ''}`)
    sizes.push(page.accounts.length)
    ids.push(...page.accounts.map(({ id }) => id))
    next = page.next
  } while (next)
  return { sizes, ids }
}

describe('The list of connected accounts', () => {
  it('is empty at first and has no next', async () => {
    expect(await list(createCaller(await createTestBed()))).toEqual({ accounts: [] })
  })

  it('pages past 20 accounts, each exactly once', async () => {
    const { call } = await createSeeded({ acme: 45 })
    const { sizes, ids } = await listAll(call, '?take=20')
    expect(sizes).toEqual([20, 20, 5])
    expect(new Set(ids).size).toBe(45)
  })

  it('has 10 accounts on a page by default and never more than 20', async () => {
    const { call } = await createSeeded({ acme: 45 })
    expect((await listAll(call, '?')).sizes).toEqual([10, 10, 10, 10, 5])
    expect((await listAll(call, '?take=1000')).sizes).toEqual([20, 20, 5])
  })

  it('has no next on a last page that is full', async () => {
    const { call } = await createSeeded({ acme: 20 })
    expect((await listAll(call, '?take=20')).sizes).toEqual([20])
  })

  it('hides nothing when an account is deleted between two pages', async () => {
    const { call } = await createSeeded({ acme: 6 })
    const { accounts, next = '' } = await list(call, '?take=3')
    await call(`/accounts/${accounts[0]?.id}`, { method: 'DELETE' })
    expect((await list(call, `?take=3&from=${encodeURIComponent(next)}`)).accounts).toHaveLength(3)
  })

  it('filters by one connection and by several', async () => {
    const { call } = await createSeeded({ acme: 3, github: 2, 'google-oauth2': 1 })
    expect((await list(call, '?connection=github')).accounts).toHaveLength(2)
    const { accounts } = await list(call, '?connection=github&connection=google-oauth2')
    expect(new Set(accounts.map(({ connection }) => connection))).toEqual(
      new Set(['github', 'google-oauth2']),
    )
    expect((await list(call, '?connection=unknown')).accounts).toEqual([])
    expect((await listAll(call, '?connection=acme&take=2')).sizes).toEqual([2, 1])
  })

  it.each([
    ['take', 'take=0'],
    ['take', 'take=-1'],
    ['take', 'take=ten'],
    ['take', 'take=1.5'],
    ['take', 'take='],
    ['take', 'take=1&take=2'],
    ['from', 'from=garbage'],
    ['from', 'from='],
    ['from', `from=${Buffer.from('connections:1').toString('base64url')}`],
    ['connection', `connection=${'x'.repeat(129)}`],
    ['connection', Array.from({ length: 21 }, (_, index) => `connection=${index}`).join('&')],
  ])('answers 400 and names %s for ?%s', async (field, query) => {
    const response = await createCaller(await createTestBed())(`/accounts?${query}`)
    expect(response.status).toBe(400)
    expect(await response.json()).toMatchObject({
      type: 'https://auth0.com/api-errors/A0E-400-0003',
      detail: 'Invalid request query input',
      validation_errors: expect.arrayContaining([
        expect.objectContaining({ field, source: 'query' }),
      ]),
    })
  })

  it('shows a user no accounts of others', async () => {
    const { call, context } = await createSeeded({ acme: 2 })
    const response = await call('/accounts', {
      token: await mintToken(context, { sub: 'auth0|bob' }),
    })
    expect(await response.json()).toEqual({ accounts: [] })
  })
})

describe('Deleting a connected account', () => {
  it('answers 204 with no body, and the account is gone', async () => {
    const { call } = await createSeeded({ acme: 2 })
    const [first, second] = (await list(call)).accounts
    const response = await call(`/accounts/${first?.id}`, { method: 'DELETE' })
    expect(response.status).toBe(204)
    expect(await response.text()).toBe('')
    expect((await list(call)).accounts).toEqual([second])
  })

  it('answers 404 to an id that is gone or was never there', async () => {
    const { call } = await createSeeded({ acme: 1 })
    const [account] = (await list(call)).accounts
    await call(`/accounts/${account?.id}`, { method: 'DELETE' })
    for (const id of [account?.id, 'cac_unknown']) {
      expect((await call(`/accounts/${id}`, { method: 'DELETE' })).status).toBe(404)
    }
  })

  it("answers 404 to another user's account, which stays", async () => {
    const { call, context } = await createSeeded({ acme: 1 })
    const [account] = (await list(call)).accounts
    const token = await mintToken(context, { sub: 'auth0|bob' })
    expect((await call(`/accounts/${account?.id}`, { method: 'DELETE', token })).status).toBe(404)
    expect((await list(call)).accounts).toHaveLength(1)
  })

  it.each(['12', 'cac_', 'cac_a-b', 'cac_a%20b', '%zz'])('answers 400 to the id %s', async (id) => {
    const response = await createCaller(await createTestBed())(`/accounts/${id}`, {
      method: 'DELETE',
    })
    expect(response.status).toBe(400)
    expect((await response.json()).validation_errors).toEqual([
      { detail: 'id must match pattern "^cac_[A-Za-z0-9]+$"', field: 'id', source: 'path' },
    ])
  })
})

describe('The list of connections', () => {
  it('has those that are active and enabled for the client, with their scopes', async () => {
    const bed = await createTestBed({
      change({ connections }) {
        for (const connection of connections) {
          if (connection.name === 'github') connection.connected_accounts.active = false
          if (connection.name === 'google-oauth2') connection.enabled_clients = ['web']
        }
      },
    })
    const response = await createCaller(bed)('/connections')
    expect(await response.json()).toEqual({
      connections: [
        { name: 'acme', strategy: 'oauth2', scopes: ['openid', 'profile', 'offline_access'] },
        expect.objectContaining({ name: 'example-company', strategy: 'oidc' }),
      ],
    })
  })

  it('pages like the accounts', async () => {
    const call = createCaller(await createTestBed())
    const first = await (await call('/connections?take=2')).json()
    expect(first.connections).toHaveLength(2)
    const second = await (await call(`/connections?take=2&from=${first.next}`)).json()
    const names = ['acme', 'example-company']
    expect(second).toEqual({ connections: names.map((name) => expect.objectContaining({ name })) })
  })
})

describe('Everything else under /me', () => {
  it.each([
    ['GET', '/me/v1/connected-accounts'],
    ['DELETE', '/me/v1/connected-accounts/cac_1'],
    ['POST', '/me/v1/connected-accounts/accounts'],
    ['GET', '/me/v1/connected-accounts/accounts/'],
    ['GET', '/me/v2/x'],
  ])('%s %s answers 404 with a problem', async (method, path) => {
    const { context, resources } = await createTestBed()
    const response = await resources.fetch(new Request(context.url + path, { method }))
    expect(response.status).toBe(404)
    expect(await response.json()).toEqual({
      type: 'https://auth0.com/api-errors/A0E-404-0001',
      status: 404,
      title: 'Not Found',
      detail: `The requested resource ${method} ${path} was not found.`,
    })
  })

  it('answers 404 to every operation where the My Account API is not activated', async () => {
    const bed = await createTestBed({
      change(tenant) {
        tenant.apis = []
      },
    })
    expect((await createCaller(bed)('/accounts')).status).toBe(404)
  })

  it('allows browsers the headers they need, and exposes DPoP-Nonce and WWW-Authenticate only', async () => {
    const { context, resources } = await createTestBed()
    const url = `${context.url}/me/v1/connected-accounts/accounts`
    const headers = {
      origin: 'http://localhost:3000',
      'access-control-request-method': 'GET',
      'access-control-request-headers': 'authorization,dpop',
    }
    const preflight = await resources.fetch(new Request(url, { method: 'OPTIONS', headers }))
    expect(preflight.status).toBe(204)
    expect(preflight.headers.get('access-control-allow-headers')).toBe(
      'authorization,content-type,dpop,auth0-client',
    )
    const refused = await resources.fetch(new Request(url, { headers }))
    expect(refused.status).toBe(401)
    expect(refused.headers.get('access-control-allow-origin')).toBe('http://localhost:3000')
    expect(refused.headers.get('access-control-expose-headers')).toBe('dpop-nonce,www-authenticate')
  })
})
