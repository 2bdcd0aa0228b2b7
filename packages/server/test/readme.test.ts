import { readFileSync } from 'node:fs'
import { stripTypeScriptTypes } from 'node:module'
import { exchangeConnectionToken } from '@connected-accounts/client/token-vault'
import { createEmulator, type Emulator } from '@connected-accounts/emulator'
import { loginWithCode } from '@connected-accounts/testing/person/login'
import { generateKeyPair, generateProof } from 'dpop'
import { Hono } from 'hono'
import { html } from 'hono/html'
import { afterAll, beforeAll, expect, test } from 'vitest'
import * as index from '../src/index.js'
import { createVisitor, keepCookies, secret, type Visitor } from './visitor.js'

let emulator: Emulator
beforeAll(async () => {
  emulator = await createEmulator({ port: 0 })
})
afterAll(() => emulator.close())

const [setUp, call, api, startLogin, completeLogin, startConnect, completeConnect, ...others] =
  codeBlocks('../README.md')

const origin = 'http://localhost:3000'

/** The ts blocks of a page, as bodies of functions that return what they declare. */
function codeBlocks(page: string): string[] {
  const text = readFileSync(new URL(page, import.meta.url), 'utf8')
  return [...text.matchAll(/^```ts\n([\s\S]*?)^```$/gm)].map(([, code = '']) => {
    const names = [...code.matchAll(/^(?:export )?(?:const|async function) (?:{ )?(\w+)/gm)].map(
      ([, name]) => name,
    )
    const body = code.replaceAll(/^import .*$/gm, '').replaceAll(/^export /gm, '')
    return `${stripTypeScriptTypes(body)}\nreturn { ${[...new Set(names)].join(', ')} }`
  })
}

/** Runs a block with what the page imports, and with the variables that it says to set. */
function run(block: string | undefined, given: object): Promise<Record<string, unknown>> {
  const { clientId, clientSecret } = emulator.clients.web
  const env = {
    AUTH0_DOMAIN: emulator.domain,
    AUTH0_CLIENT_ID: clientId,
    AUTH0_CLIENT_SECRET: clientSecret,
    COOKIE_SECRET: secret,
    APP_ORIGIN: origin,
    API_CLIENT_ID: emulator.clients.api.clientId,
    API_CLIENT_SECRET: emulator.clients.api.clientSecret,
  }
  const quiet = { log() {} }
  const scope = {
    ...index,
    exchangeConnectionToken,
    Hono,
    html,
    serve() {},
    process: { env },
    console: quiet,
    ...given,
  }
  const AsyncFunction = (async () => {}).constructor as FunctionConstructor // it has no name of its own
  return new AsyncFunction(...Object.keys(scope), block ?? '')(...Object.values(scope))
}

/** Sends a request of a browser to the application of the page. */
async function send(app: Hono, visitor: Visitor, path: string, init: RequestInit = {}) {
  const cookie = [...visitor.cookies].map((pair) => pair.join('=')).join('; ')
  const request = new Request(new URL(path, origin), { ...init, headers: { cookie, origin } })
  const response = await app.fetch(request)
  keepCookies(visitor.cookies, response.headers)
  return response
}

const locationOf = (response: Response) => response.headers.get('location') ?? ''

test('the server that the README sets up logs a person in, connects Google and logs out', async () => {
  const visitor = createVisitor(emulator.url)
  const { app } = (await run(setUp, {})) as { app: Hono } // the block declares it
  const textOf = async (path: string) => (await send(app, visitor, path)).text()
  expect(await textOf('/')).toContain('href="/auth/login"')
  const login = await visitor.logIn(locationOf(await send(app, visitor, '/auth/login')))
  expect(locationOf(await send(app, visitor, login.href))).toBe(`${origin}/`)
  const page = await textOf('/')
  expect(page).toContain('Hello Alice')
  const [, name = '', value = ''] = /type="hidden" name="(.*)" value="(.*)"/.exec(page) ?? []
  const [connect = '', logout = ''] = [...page.matchAll(/action="(.*)"/g)].map(([, path]) => path)
  const fields = { method: 'POST', body: new URLSearchParams({ [name]: value }) }
  const connected = await visitor.connect(locationOf(await send(app, visitor, connect, fields)))
  expect(locationOf(await send(app, visitor, connected.href))).toBe(`${origin}/`)
  const list = await send(app, visitor, '/auth/me/v1/connected-accounts/accounts')
  expect(await list.json()).toMatchObject({ accounts: [{ connection: 'google-oauth2' }] })
  const ended = await send(app, visitor, logout, { method: 'POST', body: new URLSearchParams() })
  await visitor.visit(locationOf(ended))
  expect(await textOf('/')).toContain('href="/auth/login"')
})

test('every other code block of the README runs, from the login to the provider', async () => {
  const visitor = createVisitor(emulator.url)
  const { server } = await run(setUp, {})
  const inRequest = (block: string | undefined, url: string, given: object = {}) =>
    visitor.request(({ request: { headers }, response }) => {
      const request = new Request(url, { headers })
      return run(block, { server, request, response, ...given })
    })
  const { loginUrl } = await inRequest(startLogin, origin)
  const loggedIn = await visitor.logIn(String(loginUrl))
  const { login } = await inRequest(completeLogin, loggedIn.href)
  expect(login).toMatchObject({ user: { sub: 'auth0|alice' }, appState: { from: '/inbox' } })
  const { connectUrl } = await inRequest(startConnect, origin)
  const connected = await visitor.connect(String(connectUrl))
  const { connect } = await inRequest(completeConnect, connected.href)
  expect(connect).toMatchObject({
    account: { connection: 'google-oauth2' },
    appState: { from: '/settings' },
  })
  const sent: unknown[] = []
  const fetchGoogle = (...args: unknown[]) => sent.push(args)
  const { google, api } = await inRequest(call, origin, { fetch: fetchGoogle })
  expect(api).toHaveProperty('accessToken')
  const { accessToken } = google as { accessToken: string } // the block declares it
  expect(sent).toMatchObject([
    [expect.stringContaining('/events'), { headers: { authorization: `Bearer ${accessToken}` } }],
  ])
  expect(others).toEqual([])
})

test.for(['Bearer', 'DPoP'])(
  'the API of docs/api.md verifies a token sent as %s, and calls Google for its user',
  async (scheme) => {
    const [block] = codeBlocks('../../../docs/api.md')
    const sent: unknown[] = []
    const fetchGoogle = async (...args: unknown[]) => {
      sent.push(args)
      return Response.json({ items: [] })
    }
    const { app } = (await run(block, { fetch: fetchGoogle })) as { app: Hono } // the block declares it
    const [client, { audience }] = [emulator.clients.spa, emulator.clients.api]
    const keyPair = await generateKeyPair('ES256')
    const dpop = scheme === 'DPoP' ? { dpop: keyPair } : {}
    const get = async (scope: string) => {
      const login = { emulator, client, audience, scope, ...dpop }
      const { access_token: token } = await loginWithCode(login)
      const url = 'http://localhost:3001/events'
      const proof = await generateProof(keyPair, url, 'GET', undefined, token)
      const headers = { authorization: `${scheme} ${token}`, dpop: proof }
      return app.fetch(new Request(url, { headers }))
    }
    await emulator.seed({ user_id: 'auth0|alice', connection: 'google-oauth2' })
    expect((await get('openid')).status).toBe(403)
    expect(sent).toEqual([])
    expect((await get('openid read:calendar')).status).toBe(200)
    expect(sent).toMatchObject([
      [
        expect.stringContaining('/events'),
        { headers: { authorization: expect.stringMatching(/^Bearer .+/) } },
      ],
    ])
  },
)

test('the API of the README verifies a token, and gets the token of Google for its user', async () => {
  const { getGoogleToken } = (await run(api, {})) as {
    getGoogleToken: (request: Request) => Promise<string> // the block declares it
  }
  const [client, { audience }] = [emulator.clients.spa, emulator.clients.api]
  await emulator.seed({ user_id: 'auth0|alice', connection: 'google-oauth2' })
  const login = { emulator, client, audience, scope: 'openid read:calendar' }
  const { access_token: token } = await loginWithCode(login)
  const headers = { authorization: `Bearer ${token}` }
  expect(await getGoogleToken(new Request('https://api.example.test', { headers }))).not.toBe('')
  await expect(getGoogleToken(new Request('https://api.example.test'))).rejects.toMatchObject({
    code: 'missing_token',
  })
})
