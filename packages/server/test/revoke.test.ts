import { createEmulator, type Emulator } from '@connected-accounts/emulator'
import { afterAll, beforeEach, describe, expect, test, vi } from 'vitest'
import {
  createConnectedAccountsHandler,
  createHandler,
  type DeleteConnectedAccountOptions,
  type ServerClientOptions,
} from '../src/index.js'
import {
  answerWith,
  connection,
  connectionsAt,
  emulatedConnections,
  startProvider,
  user_id,
} from './provider-server.js'
import { createServer, loggedIn, rejection } from './visitor.js'

const emulator = await createEmulator({ port: 0 })
const provider = await startProvider()
afterAll(() => Promise.all([emulator.close(), provider.close()]))
beforeEach(() => {
  emulator.reset()
  provider.requests.length = 0
  provider.answer = answerWith({})
})

const home = 'home@google.example'
const work = 'work@google.example'
const endpoints = { profile: `${provider.url}/me`, revocation: `${provider.url}/revoke` }

/** A server, a browser in which Alice is logged in, and her accounts. */
async function scene(emails: string[], options: Partial<ServerClientOptions> = {}) {
  const connections = emulatedConnections(emulator)
  const server = createServer(emulator, { connections, ...options })
  const visitor = await loggedIn(server, emulator.url)
  const accounts = await emulator.seed([{ user_id, connection, emails }])
  const ids = accounts.map(({ id }) => id)
  const remove = (id = '', given: DeleteConnectedAccountOptions = { revoke: true }) =>
    visitor.request((store) => server.deleteConnectedAccount(id, given, store))
  const tokenOf = (loginHint?: string) =>
    visitor.request((store) => server.getAccessTokenForConnection({ connection, loginHint }, store))
  const listed = () =>
    visitor.request(async (store) => {
      const { accounts } = await server.listConnectedAccounts({}, store)
      return accounts.map(({ id }) => id)
    })
  return { server, visitor, ids, remove, tokenOf, listed }
}

/** The status that the emulator's provider answers to a token. */
async function statusOf({ url }: Emulator, { accessToken }: { accessToken: string }) {
  const headers = { authorization: `Bearer ${accessToken}` }
  return (await fetch(`${url}/upstream/${connection}/userinfo`, { headers })).status
}

describe('a disconnect that revokes', () => {
  test('the grant ends at the provider, and the account is deleted', async () => {
    const { ids, remove, tokenOf, listed } = await scene([home])
    const token = await tokenOf()
    expect(await statusOf(emulator, token)).toBe(200)
    expect(await remove(ids[0])).toEqual({ deleted: true, revoked: true })
    expect(await statusOf(emulator, token)).toBe(401)
    expect(await listed()).toEqual([])
  })

  test('a grant that is revoked cannot be exchanged any more, once its access token has expired', async () => {
    const { ids, remove, tokenOf } = await scene([home], {
      // The account stays, as if the deletion never arrived.
      fetch: async (request) =>
        request.method === 'DELETE' ? new Response(null, { status: 204 }) : fetch(request),
    })
    expect(await remove(ids[0])).toEqual({ deleted: true, revoked: true })
    emulator.clock.advance(3601)
    expect(await rejection(tokenOf())).toMatchObject({ code: 'connection_not_connected' })
  })

  test('without revoke nothing is sent to the provider', async () => {
    const { ids, remove, tokenOf, server, visitor } = await scene([home])
    const token = await tokenOf()
    expect(await remove(ids[0], {})).toEqual({
      deleted: true,
      revoked: false,
      reason: 'not_requested',
    })
    expect(await statusOf(emulator, token)).toBe(200)
    const [again] = await emulator.seed([{ user_id, connection }])
    const deleted = visitor.request((store) =>
      server.deleteConnectedAccount(again?.id ?? '', store),
    )
    expect(await deleted).toMatchObject({ revoked: false, reason: 'not_requested' })
  })

  test('an account that the user does not have is not_found, and nothing is revoked', async () => {
    const { remove, tokenOf } = await scene([home])
    expect(await rejection(remove('cac_unknown'))).toMatchObject({ code: 'not_found' })
    expect(await statusOf(emulator, await tokenOf())).toBe(200)
  })

  test('no cached token of the account is left', async () => {
    const { ids, remove, tokenOf } = await scene([home])
    await tokenOf()
    await remove(ids[0])
    expect(await rejection(tokenOf())).toMatchObject({ code: 'connection_not_connected' })
  })
})

describe('with several accounts of a connection', () => {
  test('without a login hint nothing is revoked, and the account is deleted', async () => {
    const { ids, remove, tokenOf, listed } = await scene([home, work])
    const tokens = [await tokenOf(home), await tokenOf(work)]
    expect(await remove(ids[0])).toEqual({
      deleted: true,
      revoked: false,
      reason: 'ambiguous_account',
    })
    for (const token of tokens) expect(await statusOf(emulator, token)).toBe(200)
    expect(await listed()).toEqual([ids[1]])
  })

  test('with the login hint of the account only its grant is revoked', async () => {
    const { ids, remove, tokenOf, listed } = await scene([home, work])
    const [first, second] = [await tokenOf(home), await tokenOf(work)]
    expect(await remove(ids[0], { revoke: true, loginHint: home })).toEqual({
      deleted: true,
      revoked: true,
    })
    expect(await statusOf(emulator, first)).toBe(401)
    expect(await statusOf(emulator, second)).toBe(200)
    expect(await listed()).toEqual([ids[1]])
  })

  test('if the provider says that the token is of another account, nothing is revoked', async () => {
    provider.answer = answerWith({ sub: '1', email: work })
    const { ids, remove } = await scene([home, work], { connections: connectionsAt(endpoints) })
    expect(await remove(ids[0], { revoke: true, loginHint: home })).toEqual({
      deleted: true,
      revoked: false,
      reason: 'ambiguous_account',
    })
    expect(provider.requests.map(({ path }) => path)).toEqual(['/me'])
  })

  test('if the provider does not say whose token it is, the login hint decides', async () => {
    provider.answer = (path, response) => answerWith({}, path === '/me' ? 403 : 200)(path, response)
    const { ids, remove } = await scene([home, work], { connections: connectionsAt(endpoints) })
    const deleted = await remove(ids[0], { revoke: true, loginHint: home })
    expect(deleted).toEqual({ deleted: true, revoked: true })
  })

  test('an account that is connected during the exchange makes it ambiguous', async () => {
    const { ids, remove, tokenOf } = await scene([home], {
      async fetch(request) {
        const body = request.method === 'POST' ? await request.clone().text() : ''
        const isExchange = body.includes('token-exchange')
        if (isExchange && !body.includes('login_hint'))
          await emulator.seed([{ user_id, connection, emails: [work] }])
        return fetch(request)
      },
    })
    expect(await remove(ids[0])).toMatchObject({ reason: 'ambiguous_account' })
    expect(await statusOf(emulator, await tokenOf(work))).toBe(200)
  })
})

describe('a revocation that fails never keeps the account from being deleted', () => {
  const fails = async (
    reason: string,
    options: Partial<ServerClientOptions> = { connections: connectionsAt(endpoints) },
  ) => {
    const { ids, remove, listed } = await scene([home], options)
    expect(await remove(ids[0])).toEqual({ deleted: true, revoked: false, reason })
    expect(await listed()).toEqual([])
  }

  test('the server client knows no connections', () => fails('not_supported', { connections: {} }))

  test('the provider has no endpoint for it', async () => {
    const { google } = connectionsAt(endpoints)
    const { revocation: _, ...provider } = google.provider
    await fails('not_supported', { connections: { google: { ...google, provider } } })
  })

  test('the grant is revoked already, and its access token has expired', async () => {
    const { ids, remove, listed } = await scene([home])
    emulator.switches.set({ providerRefreshToken: 'revoked' })
    emulator.clock.advance(3601)
    expect(await remove(ids[0])).toEqual({ deleted: true, revoked: false, reason: 'no_token' })
    expect(await listed()).toEqual([])
  })

  test('the list of accounts is refused', async () => {
    const { ids, remove, listed } = await scene([home])
    emulator.failNext('getConnectedAccounts', { status: 500 })
    expect(await remove(ids[0])).toEqual({ deleted: true, revoked: false, reason: 'no_token' })
    expect(await listed()).toEqual([])
  })

  test('the provider is down', async () => {
    const { ids, remove, listed } = await scene([home])
    emulator.switches.set({ provider: 'down' })
    expect(await remove(ids[0])).toEqual({ deleted: true, revoked: false, reason: 'refused' })
    expect(await listed()).toEqual([])
  })

  test('the provider cannot be reached', async () => {
    provider.answer = (_, response) => void response.destroy()
    await fails('unavailable')
  })

  test('the provider never answers', async () => {
    provider.answer = () => {}
    await fails('unavailable', { connections: connectionsAt(endpoints), timeout: 500 })
  })

  test('the provider never ends its answer', async () => {
    provider.answer = (_, response) => void response.write('{')
    await fails('unavailable', { connections: connectionsAt(endpoints), timeout: 500 })
  })

  test.for([400, 401, 403, 404, 429, 500, 503])('the provider answers %i', async (status) => {
    provider.answer = answerWith({ error: 'invalid_token' }, status)
    await fails('refused')
  })

  test.for([
    { ok: false, error: 'invalid_auth' },
    { ok: true, revoked: false },
  ])('the provider answers 200 with %j, as Slack does', async (body) => {
    provider.answer = answerWith(body)
    await fails('refused')
  })

  test('the provider redirects: the token does not go along', async () => {
    provider.answer = (_, response) => {
      response.writeHead(307, { location: '/elsewhere' })
      response.end()
    }
    await fails('refused')
    expect(provider.requests.map(({ path }) => path)).toEqual(['/revoke'])
  })
})

test('if the deletion fails, the error says so, and a second disconnect deletes the account', async () => {
  const { ids, remove, listed } = await scene([home])
  emulator.failNext('deleteConnectedAccount', { status: 503 })
  expect(await rejection(remove(ids[0]))).toMatchObject({ name: 'MyAccountApiError' })
  expect(await listed()).toEqual(ids)
  expect(await remove(ids[0])).toMatchObject({ deleted: true })
  expect(await listed()).toEqual([])
})

test('the token is in the form field `token` (RFC 7009 §2.1), and in no URL', async () => {
  const { ids, remove, tokenOf } = await scene([home], { connections: connectionsAt(endpoints) })
  const { accessToken } = await tokenOf()
  await remove(ids[0])
  expect(provider.requests).toEqual([
    { path: '/revoke', method: 'POST', authorization: undefined, body: `token=${accessToken}` },
  ])
})

test('at a provider that wants it there, the token is in the header', async () => {
  const connections = connectionsAt(endpoints, 'header')
  const { ids, remove, tokenOf } = await scene([home], { connections })
  const { accessToken } = await tokenOf()
  await remove(ids[0])
  expect(provider.requests).toEqual([
    { path: '/revoke', method: 'POST', authorization: `Bearer ${accessToken}`, body: '' },
  ])
})

test('the token is in no log and in no result', async () => {
  const logs = (['log', 'info', 'warn', 'error', 'debug'] as const).map((name) =>
    vi.spyOn(console, name),
  )
  provider.answer = answerWith({ error: 'invalid_token' }, 400)
  const { ids, remove, tokenOf } = await scene([home], { connections: connectionsAt(endpoints) })
  const { accessToken } = await tokenOf()
  expect(JSON.stringify(await remove(ids[0]))).not.toContain(accessToken)
  for (const log of logs) expect(log).not.toHaveBeenCalled()
  vi.restoreAllMocks()
})

describe('a DELETE through the handler', () => {
  async function removeBy(revoke: boolean | undefined, emails: string[], site = 'same-origin') {
    const { server, visitor, ids, tokenOf, listed } = await scene(emails)
    const token = await tokenOf(emails[0])
    const handlers = [
      createHandler(server, { revoke }),
      createConnectedAccountsHandler(server, { basePath: '/me/v1', revoke }),
    ]
    const statuses: number[] = []
    for (const [at, handler] of handlers.entries()) {
      await visitor.request(async ({ request }) => {
        const headers = { ...Object.fromEntries(request.headers), 'sec-fetch-site': site }
        const url = `http://localhost:3000/me/v1/connected-accounts/accounts/${ids[0]}`
        const answer = await handler(new Request(url, { method: 'DELETE', headers }))
        statuses[at] = answer.status
      })
    }
    return { statuses, left: await listed(), ids, token: await statusOf(emulator, token) }
  }

  test('revokes if the handler is told to, and 404 follows for an account that is gone', async () => {
    expect(await removeBy(true, [home])).toMatchObject({
      statuses: [204, 404],
      left: [],
      token: 401,
    })
  })

  test('does not revoke by default', async () => {
    expect(await removeBy(undefined, [home])).toMatchObject({
      statuses: [204, 404],
      left: [],
      token: 200,
    })
  })

  test('deletes one of two accounts, and revokes neither', async () => {
    const { left, ids, token } = await removeBy(true, [home, work])
    expect({ left, token }).toEqual({ left: [ids[1]], token: 200 })
  })

  test('revokes nothing for another site', async () => {
    const { statuses, token } = await removeBy(true, [home], 'cross-site')
    expect({ statuses, token }).toEqual({ statuses: [403, 403], token: 200 })
  })
})
