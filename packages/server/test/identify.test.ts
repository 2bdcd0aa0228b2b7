import { createEmulator } from '@connected-accounts/emulator'
import { afterAll, beforeEach, describe, expect, test } from 'vitest'
import { createHandler, type ServerClient, type ServerClientOptions } from '../src/index.js'
import {
  answerWith,
  connection,
  connectionsAt,
  emulatedConnections,
  startProvider,
  user_id,
} from './provider-server.js'
import { createServer, loggedIn, rejection, type Visitor } from './visitor.js'

const emulator = await createEmulator({ port: 0 })
const provider = await startProvider()
afterAll(() => Promise.all([emulator.close(), provider.close()]))
beforeEach(() => {
  emulator.reset()
  provider.requests.length = 0
})

const home = 'home@google.example'
const work = 'work@google.example'
const hostile = connectionsAt({ profile: `${provider.url}/me`, revocation: `${provider.url}/` })

/** A server, a browser in which Alice is logged in, and her accounts. */
async function scene(emails: string[], options: Partial<ServerClientOptions> = {}) {
  const exchanges: URLSearchParams[] = []
  const server = createServer(emulator, {
    connections: emulatedConnections(emulator),
    async fetch(request) {
      const body = request.method === 'POST' ? await request.clone().text() : ''
      if (body.includes('token-exchange')) exchanges.push(new URLSearchParams(body))
      return fetch(request)
    },
    ...options,
  })
  const visitor = await loggedIn(server, emulator.url)
  const accounts = await emulator.seed([{ user_id, connection, emails }])
  const ids = accounts.map(({ id }) => id)
  return { server, visitor, ids, exchanges }
}

const identify = (
  { server, visitor }: { server: ServerClient; visitor: Visitor },
  id = '',
  loginHint?: string,
) => visitor.request((store) => server.identifyConnectedAccount(id, { loginHint }, store))

describe('the only account of its connection', () => {
  test('an account is named as the provider names the person', async () => {
    const given = await scene([home])
    expect(await identify(given, given.ids[0])).toEqual({
      label: 'Home',
      email: home,
      loginHint: home,
    })
  })

  test('it is exchanged without a hint, because a hint may be about another account', async () => {
    const given = await scene([home])
    expect(await identify(given, given.ids[0], work)).toMatchObject({ email: home })
    expect(given.exchanges.map((exchange) => exchange.get('login_hint'))).toEqual([null])
  })

  test('another account that is connected during the exchange is ambiguous', async () => {
    const given = await scene([home], {
      async fetch(request) {
        const body = request.method === 'POST' ? await request.clone().text() : ''
        if (body.includes('token-exchange'))
          await emulator.seed([{ user_id, connection, emails: [work] }])
        return fetch(request)
      },
    })
    const error = await rejection(identify(given, given.ids[0]))
    expect(error).toMatchObject({ code: 'ambiguous_account' })
  })

  test('a cached token is not used, because it may be of an account that is gone', async () => {
    const given = await scene([home])
    await given.visitor.request((store) =>
      given.server.getAccessTokenForConnection({ connection }, store),
    )
    await identify(given, given.ids[0])
    expect(given.exchanges).toHaveLength(2)
  })
})

describe('one of several accounts of a connection', () => {
  test('without a login hint it is refused, and nothing is exchanged', async () => {
    const given = await scene([home, work])
    const error = await rejection(identify(given, given.ids[0]))
    expect(error).toMatchObject({ name: 'TokenError', code: 'ambiguous_account' })
    expect(given.exchanges).toEqual([])
  })

  test('a login hint chooses the account', async () => {
    const given = await scene([home, work])
    expect(await identify(given, given.ids[0], home)).toMatchObject({ email: home })
    expect(await identify(given, given.ids[1], work.toUpperCase())).toMatchObject({ email: work })
  })

  test("the person's id at the provider is a login hint, too", async () => {
    const own = await scene([home], { identify: undefined })
    const { accessToken } = await own.visitor.request((store) =>
      own.server.getAccessTokenForConnection({ connection }, store),
    )
    const headers = { authorization: `Bearer ${accessToken}` }
    const profile = await fetch(`${emulator.url}/upstream/${connection}/userinfo`, { headers })
    const { sub } = await profile.json()
    await emulator.seed([{ user_id, connection, emails: [work] }])
    expect(await identify(own, own.ids[0], sub)).toMatchObject({ email: home })
  })

  test.for([
    ['email address', home, { sub: '1', email: work }],
    ['id', '2', { sub: '1' }],
  ] as const)('if the provider tells another %s, it is refused', async ([, hint, told]) => {
    provider.answer = answerWith(told)
    const given = await scene([home, work], {
      connections: hostile,
      async fetch(request) {
        const body = request.method === 'POST' ? await request.clone().text() : ''
        if (!body.includes('token-exchange')) return fetch(request)
        const answer = { access_token: 'provider-token', token_type: 'Bearer', expires_in: 3600 }
        return Response.json({ ...answer, issued_token_type: 'any' })
      },
    })
    const error = await rejection(identify(given, given.ids[0], hint))
    expect(error).toMatchObject({ code: 'ambiguous_account' })
  })

  test('if the provider tells no email address, an address as hint is believed', async () => {
    provider.answer = answerWith({ sub: '1', name: 'Alice' })
    const given = await scene([home, work], { connections: hostile })
    expect(await identify(given, given.ids[0], home)).toEqual({ label: 'Alice', loginHint: '1' })
  })
})

describe('what a provider may answer', () => {
  const identifyWith = async (value: unknown, status = 200) => {
    provider.answer = answerWith(value, status)
    const given = await scene([home], { connections: hostile })
    return identify(given, given.ids[0])
  }

  test('an https picture is kept', async () => {
    const picture = 'https://images.example/alice.png'
    expect(await identifyWith({ sub: '1', name: 'Alice', picture })).toEqual({
      label: 'Alice',
      loginHint: '1',
      picture,
    })
  })

  test.for(['http://images.example/alice.png', 'javascript:alert(1)', 'data:image/png;base64,AA'])(
    'the picture %s is left out',
    async (picture) => {
      expect(await identifyWith({ sub: '1', name: 'Alice', picture })).toEqual({
        label: 'Alice',
        loginHint: '1',
      })
    },
  )

  test('texts that are too long are left out', async () => {
    expect(await identifyWith({ sub: '1', name: 'Alice', email: 'a'.repeat(256) })).toEqual({
      label: 'Alice',
    })
  })

  test('a field with the token in it is left out', async () => {
    provider.answer = (_, response) => {
      const token = provider.requests.at(-1)?.authorization?.replace('Bearer ', '')
      const picture = `https://images.example/alice.png?access_token=${token}`
      response.end(JSON.stringify({ sub: '1', name: 'Alice', picture }))
    }
    const given = await scene([home], { connections: hostile })
    expect(await identify(given, given.ids[0])).toEqual({ label: 'Alice', loginHint: '1' })
  })

  test.for([
    ['nobody', {}],
    ['a list', []],
    ['null', null],
    ['an id that is an object', { sub: {} }],
    ['an empty id', { sub: '' }],
  ] as const)('%s is unexpected_response', async ([, value]) => {
    expect(await rejection(identifyWith(value))).toMatchObject({ code: 'unexpected_response' })
  })

  test('a refusal is unexpected_response, and its text is in no message', async () => {
    const error = await rejection(identifyWith({ sub: '1', secret: 'of the provider' }, 403))
    expect(error).toMatchObject({ code: 'unexpected_response' })
    expect(String(error)).toContain('403')
    expect(String(error)).not.toContain('of the provider')
  })

  test('a profile of 10 MB is not read to its end', async () => {
    let sent = 0
    let isClosed = false
    provider.answer = (_, response) => {
      const chunk = `"${'a'.repeat(65_534)}",`
      response.on('close', () => (isClosed = true))
      const write = () => {
        while (sent < 10_485_760 && !response.destroyed) {
          sent += chunk.length
          if (!response.write(chunk)) return void response.once('drain', write)
        }
        response.end()
      }
      response.write('[')
      write()
    }
    const given = await scene([home], { connections: hostile })
    const error = await rejection(identify(given, given.ids[0]))
    expect(error).toMatchObject({ code: 'unexpected_response' })
    await expect.poll(() => isClosed).toBe(true)
    expect(sent).toBeLessThan(10_485_760)
  })

  test('a redirect is not followed, because the token would go along', async () => {
    provider.answer = (path, response) => {
      response.writeHead(path === '/me' ? 302 : 200, { location: '/elsewhere' })
      response.end('{"sub":"1"}')
    }
    const given = await scene([home], { connections: hostile })
    const error = await rejection(identify(given, given.ids[0]))
    expect(error).toMatchObject({ code: 'unexpected_response' })
    expect(provider.requests.map(({ path }) => path)).toEqual(['/me'])
  })

  test('a provider that never answers is provider_unavailable after the timeout', async () => {
    provider.answer = () => {}
    const given = await scene([home], { connections: hostile, timeout: 500 })
    const error = await rejection(identify(given, given.ids[0]))
    expect(error).toMatchObject({ code: 'provider_unavailable' })
  })

  test('a provider that is down is provider_unavailable, and the message has no token', async () => {
    const down = await startProvider()
    await down.close()
    const at = connectionsAt({ profile: `${down.url}/me`, revocation: down.url })
    const given = await scene([home], { connections: at })
    const error = await rejection(identify(given, given.ids[0]))
    expect(error).toMatchObject({ code: 'provider_unavailable' })
    expect(JSON.stringify(error) + String(error)).not.toMatch(/at_/)
  })

  test('a switch of the emulator that takes its providers down leaves the account connected', async () => {
    const given = await scene([home])
    emulator.switches.set({ provider: 'down' })
    expect(await rejection(identify(given, given.ids[0]))).toHaveProperty('code')
    emulator.switches.set({ provider: 'up' })
    const list = given.visitor.request((store) => given.server.listConnectedAccounts({}, store))
    expect((await list).accounts.map(({ id }) => id)).toEqual(given.ids)
  })
})

describe('who knows how to ask', () => {
  test("the application's own identify comes first, and gets the token and the connection", async () => {
    const asked: string[] = []
    const given = await scene([home], {
      async identify({ connection: name, accessToken, signal }) {
        asked.push(name, accessToken.slice(0, 3), String(signal.aborted))
        return { id: '1', name: 'Alice at home', picture: 'http://images.example/' }
      },
    })
    expect(await identify(given, given.ids[0])).toEqual({ label: 'Alice at home', loginHint: '1' })
    expect(asked).toEqual([connection, 'at_', 'false'])
  })

  test('if it returns undefined, the catalogue is asked', async () => {
    const given = await scene([home], { identify: () => undefined })
    expect(await identify(given, given.ids[0])).toMatchObject({ email: home })
  })

  test('an error of the application passes through', async () => {
    const failure = new Error('of the application')
    const given = await scene([home], { identify: () => Promise.reject(failure) })
    expect(await rejection(identify(given, given.ids[0]))).toBe(failure)
  })

  test('if nobody knows, nothing is exchanged, and there is no label', async () => {
    const given = await scene([home], { connections: undefined })
    expect(await identify(given, given.ids[0])).toBeUndefined()
    expect(given.exchanges).toEqual([])
  })

  test('an account of nobody is connection_not_connected', async () => {
    const given = await scene([home])
    const error = await rejection(identify(given, 'cac_unknown'))
    expect(error).toMatchObject({ code: 'connection_not_connected' })
  })

  test('an endpoint without https is refused before a token is sent there', () => {
    const { google } = hostile
    const plain = (name: string) => ({
      google: {
        ...google,
        provider: {
          ...google.provider,
          [name]: { ...google.provider.profile, url: 'http://a.example' },
        },
      },
    })
    for (const name of ['profile', 'revocation']) {
      expect(() => createServer(emulator, { connections: plain(name) })).toThrow(
        `connections.google.provider.${name}.url must be an https: URL`,
      )
    }
  })

  test('identify must be a function', () => {
    const identify = 'google' as unknown as ServerClientOptions['identify'] // as JavaScript could pass
    expect(() => createServer(emulator, { identify })).toThrow(/identify/)
  })
})

describe('the route of the handler', () => {
  const post = (
    { server, visitor, ids }: Awaited<ReturnType<typeof scene>>,
    init: RequestInit = {},
    id = ids[0],
  ) =>
    visitor.request(async ({ request }) => {
      const headers = new Headers(request.headers)
      headers.set('sec-fetch-site', 'same-origin')
      for (const [name, value] of new Headers(init.headers)) headers.set(name, value)
      const url = `http://localhost:3000/accounts/${id}/identify`
      return createHandler(server)(new Request(url, { method: 'POST', ...init, headers }))
    })

  test('a POST of a page of the application gets the label', async () => {
    const answer = await post(await scene([home]))
    expect(answer.status).toBe(200)
    expect(answer.headers.get('cache-control')).toBe('no-store')
    expect(await answer.json()).toEqual({ label: 'Home', email: home, loginHint: home })
  })

  test('the hint is in the body, and never in a URL', async () => {
    const given = await scene([home, work])
    expect((await post(given)).status).toBe(409)
    const body = JSON.stringify({ login_hint: work })
    const answer = await post(given, { body }, given.ids[1])
    expect(await answer.json()).toMatchObject({ email: work })
  })

  test('it is 204 if nobody knows how to ask the provider', async () => {
    expect((await post(await scene([home], { connections: undefined }))).status).toBe(204)
  })

  test('another site, another method and a wrong body are refused', async () => {
    const given = await scene([home])
    const foreign = await post(given, { headers: { 'sec-fetch-site': 'cross-site' } })
    expect(foreign.status).toBe(403)
    const read = await post(given, { method: 'GET' })
    expect([read.status, read.headers.get('allow')]).toEqual([405, 'POST'])
    for (const body of ['login_hint=1', '[', '"a"', '{"login_hint":1}', '{"login_hint":""}']) {
      const wrong = await post(given, { body })
      expect([body, wrong.status]).toEqual([body, 400])
    }
    expect(given.exchanges).toEqual([])
  })

  test('a provider that is down is 502', async () => {
    provider.answer = (_, response) => void response.destroy()
    const answer = await post(await scene([home], { connections: hostile }))
    expect(answer.status).toBe(502)
    expect(await answer.json()).toMatchObject({ title: 'provider_unavailable' })
  })

  test('without a session it is missing_session', async () => {
    const given = await scene([home])
    given.visitor.cookies.clear()
    expect((await post(given)).status).toBe(401)
  })
})
