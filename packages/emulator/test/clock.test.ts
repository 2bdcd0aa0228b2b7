import {
  authorizationUrl,
  claims,
  exchangeCode,
  logIn,
  loginWithCode,
  requestToken,
} from '@connected-accounts/testing/person/login'
import { createBrowser } from '@connected-accounts/testing/person/plain-browser'
import { afterEach, beforeEach, expect, it } from 'vitest'
import { createEmulator, type Emulator } from '../src/index.js'
import { createConnector } from './connector.js'

let emulator: Emulator

beforeEach(async () => {
  emulator = await createEmulator({ port: 0 })
})

afterEach(() => emulator.close())

const day = 86_400
const login = () => ({ emulator, client: emulator.clients.spa })

it('The clock lets an access token expire, and one issued after that is good', async () => {
  const audience = `${emulator.url}/me/`
  const scope = 'read:me:connected_accounts'
  const issue = async () => (await loginWithCode({ ...login(), audience, scope })).access_token
  const list = async (token: string) => {
    const headers = { authorization: `Bearer ${token}` }
    const response = await fetch(`${emulator.url}/me/v1/connected-accounts/accounts`, { headers })
    return response.status
  }
  const token = await issue()
  const { iat = 0, exp = 0 } = claims(token)
  emulator.clock.advance(exp - iat - 60)
  expect(await list(token)).toBe(200)
  emulator.clock.advance(61)
  expect(await list(token)).toBe(401)
  expect(await list(await issue())).toBe(200)
})

it('The clock lets an opaque access token expire at userinfo', async () => {
  const { access_token } = await loginWithCode(login())
  const headers = { authorization: `Bearer ${access_token}` }
  const status = async () => (await fetch(`${emulator.url}/userinfo`, { headers })).status
  emulator.clock.advance(day - 60)
  expect(await status()).toBe(200)
  emulator.clock.advance(61)
  expect(await status()).toBe(401)
})

it.each([
  { passed: 540, status: 200 },
  { passed: 601, status: 403 },
])(
  'The clock after $passed seconds has an authorization code answered by $status',
  async (given) => {
    const code = await logIn(login())
    emulator.clock.advance(given.passed)
    expect((await exchangeCode({ ...login(), ...code })).status).toBe(given.status)
  },
)

it('The clock lets a refresh token expire', async () => {
  const { refresh_token = '' } = await loginWithCode(login())
  const refresh = () => requestToken(login(), { grant_type: 'refresh_token', refresh_token })
  emulator.clock.advance(30 * day - 60)
  expect((await refresh()).status).toBe(200)
  emulator.clock.advance(61)
  expect((await refresh()).body.error).toBe('invalid_grant')
})

it('The clock lets a session expire', async () => {
  const browser = createBrowser(emulator.url)
  const { verifier } = await logIn(login(), browser)
  const visit = async () => (await browser.visit(authorizationUrl({ ...login(), verifier }))).page
  emulator.clock.advance(3 * day - 600)
  expect(await visit()).toBeUndefined()
  emulator.clock.advance(3 * day + 1)
  expect((await visit())?.html).toContain('id="password"')
})

it('The clock lets a session grow old for max_age', async () => {
  const browser = createBrowser(emulator.url)
  const { verifier } = await logIn(login(), browser)
  const url = authorizationUrl({ ...login(), verifier, params: { max_age: '3600' } })
  emulator.clock.advance(3000)
  expect((await browser.visit(url)).page).toBeUndefined()
  emulator.clock.advance(601)
  expect((await browser.visit(url)).page?.html).toContain('id="password"')
})

it('The clock lets the ticket of a connect flow expire', async () => {
  const { start, visit } = await createConnector(emulator)
  const links = [await start(), await start()]
  emulator.clock.advance(290)
  expect((await visit(links[0] ?? '')).searchParams.has('connect_code')).toBe(true)
  emulator.clock.advance(11)
  expect((await fetch(links[1] ?? '')).status).toBe(400)
})

it('The clock lets the session and the code of a connect flow expire', async () => {
  const { start, visit, complete } = await createConnector(emulator)
  const callback = await visit(await start())
  emulator.clock.advance(301)
  expect((await complete(callback)).status).toBe(404)
  expect((await complete(await visit(await start()))).status).toBe(201)
})

it("The clock lets the provider's access token expire, which is then refreshed", async () => {
  const { exchange } = await createConnector(emulator)
  await emulator.seed({ user_id: 'auth0|alice', connection: 'acme' })
  const userinfo = async (token = '') => {
    const headers = { authorization: `Bearer ${token}` }
    return (await fetch(`${emulator.url}/upstream/acme/userinfo`, { headers })).status
  }
  const { access_token: first } = (await exchange()).body
  expect(await userinfo(first)).toBe(200)
  emulator.clock.advance(3601)
  expect(await userinfo(first)).toBe(401)
  const { access_token: second } = (await exchange()).body
  expect(await userinfo(second)).toBe(200)
})

it('The clock is put back by reset', () => {
  emulator.clock.advance(3600)
  emulator.clock.advance(60)
  emulator.clock.skewProofs(-90)
  const ahead = () =>
    [emulator.clock.now(), emulator.clock.proofNow()].map((time) => {
      return Math.abs(Math.round((time - Date.now()) / 1000))
    })
  expect(ahead()).toEqual([3660, 90])
  emulator.reset()
  expect(ahead()).toEqual([0, 0])
})

it('The clock does not go further than a hundred years in all', async () => {
  emulator.clock.advance(3_155_760_000)
  const body = JSON.stringify({ advance: 1 })
  const moved = await fetch(`${emulator.url}/_emulator/clock`, { method: 'POST', body })
  expect([moved.status, (await moved.json()).error]).toEqual([
    400,
    expect.stringMatching(/^seconds/),
  ])
})

it.each([-1, Number.NaN, Number.POSITIVE_INFINITY, JSON.parse('"5"')])(
  'The clock does not advance by %s',
  (seconds) => {
    expect(() => emulator.clock.advance(seconds)).toThrow('seconds must be a number from 0')
  },
)
