import { createEmulator } from '@connected-accounts/emulator'
import { afterAll, expect, test } from 'vitest'
import { createHandler } from '../src/index.js'
import { createServer, loggedIn } from './visitor.js'

const emulator = await createEmulator({ port: 0 })
afterAll(() => emulator.close())

const origin = 'http://localhost:3000'

/** Posts fields to connect as Alice's browser does, and returns the answer and what was sent to the API. */
async function connect(...fields: [string, string][]) {
  const bodies: unknown[] = []
  const server = createServer(emulator, {
    async fetch(request) {
      if (request.url.endsWith('/connect')) bodies.push(await request.clone().json())
      return fetch(request)
    },
  })
  const visitor = await loggedIn(server, emulator.url)
  const headers = { origin, cookie: [...visitor.cookies].map((pair) => pair.join('=')).join('; ') }
  const init = { method: 'POST', headers, body: new URLSearchParams(fields) }
  const answer = await createHandler(server)(new Request(`${origin}/connect`, init))
  return { answer, body: Object(bodies[0]), visitor, server }
}

test('fields that were left empty are none', async () => {
  const { answer, body } = await connect(
    ['connection', 'github'],
    ['scopes', ''],
    ['prompt', ''],
    ['max_age', ''],
    ['returnTo', ''],
  )
  expect(answer.status).toBe(303)
  const own = ['connection', 'redirect_uri', 'state', 'code_challenge', 'code_challenge_method']
  expect(Object.keys(body).sort()).toEqual(own.sort())
})

test('a field that is left empty once and filled once is filled', async () => {
  const { body } = await connect(['connection', ''], ['connection', 'github'])
  expect(body).toMatchObject({ connection: 'github' })
})

test('scopes may come several times', async () => {
  const { body } = await connect(
    ['scopes', 'repo'],
    ['connection', 'github'],
    ['scopes', ''],
    ['scopes', 'user'],
  )
  expect(body).toMatchObject({ scopes: ['repo', 'user'] })
})

test('every parameter of the contract is passed on, max_age as a number', async () => {
  const texts = ['access_type', 'acr_values', 'audience', 'display', 'id_token_hint', 'login_hint']
  const names = [...texts, 'prompt', 'resource', 'ui_locales']
  const fields = names.map((name): [string, string] => [name, `value of ${name}`])
  const { body } = await connect(['connection', 'google-oauth2'], ['max_age', '60'], ...fields)
  expect(body.authorization_params).toEqual({ ...Object.fromEntries(fields), max_age: 60 })
})

test('a field that is not known is refused with the names of those that are', async () => {
  const name = 'x'.repeat(200)
  const { answer } = await connect(['connection', 'github'], [name, ''])
  expect(answer.status).toBe(400)
  const { title, detail } = await answer.json()
  expect(title).toBe('invalid_request')
  expect(detail).toContain(`'${'x'.repeat(100)}'`)
  expect(detail).toContain('connection, returnTo, scopes, access_type, ')
})

test('without a returnTo, the browser comes back to the root of the application', async () => {
  const { answer, visitor, server } = await connect(['connection', 'github'])
  for (const line of answer.headers.getSetCookie()) {
    const [, name = '', value = ''] = line.match(/^([^=]+)=([^;]*)/) ?? []
    visitor.cookies.set(name, value)
  }
  const { href } = await visitor.connect(answer.headers.get('location') ?? '')
  const cookie = [...visitor.cookies].map((pair) => pair.join('=')).join('; ')
  const back = await createHandler(server)(new Request(href, { headers: { cookie } }))
  expect([back.status, back.headers.get('location')]).toEqual([303, `${origin}/`])
})
