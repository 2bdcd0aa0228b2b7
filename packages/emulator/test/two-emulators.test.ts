import { once } from 'node:events'
import { createServer, type Server } from 'node:http'
import { launchChromium } from '@connected-accounts/testing/chromium/launch'
import { logInAs } from '@connected-accounts/testing/chromium/person'
import {
  authorizationUrl,
  loginWithCode,
  requestToken,
} from '@connected-accounts/testing/person/login'
import type { Browser, BrowserContext } from 'playwright-core'
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest'
import { createEmulator, type Emulator } from '../src/index.js'

let one: Emulator
let other: Emulator
let browser: Browser
let application: Server
let callback: string
let context: BrowserContext

beforeAll(async () => {
  application = createServer((_request, response) => response.end('back')).listen(0, 'localhost')
  ;[one, other, browser] = await Promise.all([
    createEmulator({ port: 0 }),
    createEmulator({ port: 0 }),
    launchChromium(),
    once(application, 'listening'),
  ])
  const address = application.address()
  callback = `http://localhost:${typeof address === 'object' ? address?.port : ''}/callback`
})
beforeEach(async () => {
  for (const emulator of [one, other]) emulator.reset()
  context = await browser.newContext()
  context.setDefaultTimeout(10_000)
})
afterAll(async () => {
  await browser.close()
  application.close()
  await Promise.all([one.close(), other.close()])
})

const start = (emulator: Emulator, more: Record<string, string> = {}) => {
  const params = { redirect_uri: callback, ...more }
  const login = { emulator, client: emulator.clients.spa, verifier: 'v'.repeat(43), params }
  return authorizationUrl(login).href
}

/** Who is logged in, as `/authorize` knows it without a page. */
async function answerWithoutPage(emulator: Emulator): Promise<string> {
  const page = await context.newPage()
  await page.goto(start(emulator, { prompt: 'none' }))
  const { searchParams } = new URL(page.url())
  await page.close()
  return searchParams.get('error') ?? (searchParams.has('code') ? 'logged in' : 'neither')
}

describe('Two emulators in one browser profile', () => {
  it('know nothing of the logins of the other, and keep their own', async () => {
    const page = await context.newPage()
    await page.goto(start(one))
    await logInAs(page)
    await page.waitForURL(`${callback}?**`)
    expect(await answerWithoutPage(one)).toBe('logged in')
    expect(await answerWithoutPage(other)).toBe('login_required')
    await page.goto(start(other))
    await logInAs(page, 'bob@example.test')
    await page.waitForURL(`${callback}?**`)
    expect(await answerWithoutPage(one)).toBe('logged in')
    await page.goto(`${other.url}/v2/logout`)
    expect(await answerWithoutPage(other)).toBe('login_required')
    expect(await answerWithoutPage(one)).toBe('logged in')
  })

  it('have login pages open side by side, each of which goes on', async () => {
    const pages = await Promise.all([context.newPage(), context.newPage()])
    const [first, second] = pages
    await first.goto(start(one))
    await second.goto(start(other))
    await logInAs(first)
    await logInAs(second, 'bob@example.test')
    for (const page of pages) {
      await page.waitForURL(`${callback}?**`)
      expect(new URL(page.url()).searchParams.get('code')).toBeTruthy()
    }
  })
})

describe('Two emulators in one process', () => {
  const audienceOf = ({ url }: Emulator) => `${url}/me/`
  const scope = 'openid offline_access read:me:connected_accounts'
  const logIn = (emulator: Emulator) =>
    loginWithCode({ emulator, client: emulator.clients.spa, audience: audienceOf(emulator), scope })
  const list = (emulator: Emulator, token: string) =>
    fetch(`${emulator.url}/me/v1/connected-accounts/accounts`, {
      headers: { authorization: `Bearer ${token}` },
    })

  it('take no token of each other', async () => {
    const { access_token, refresh_token = '' } = await logIn(one)
    expect((await list(one, access_token)).status).toBe(200)
    expect((await list(other, access_token)).status).toBe(401)
    const request = { emulator: other, client: other.clients.spa }
    const { body } = await requestToken(request, { grant_type: 'refresh_token', refresh_token })
    expect(body.error).toBe('invalid_grant')
  })

  it('have accounts, faults, switches, clocks, logs and tenants of their own', async () => {
    const { access_token } = await logIn(other)
    const logs = other.logs.length
    await one.seed({ user_id: 'auth0|alice', connection: 'acme' })
    one.failNext('getConnectedAccounts', { status: 503 })
    one.switches.set({ completeStatus: '200' })
    one.clock.advance(3600)
    one.tenant.set({ users: one.tenant.get().users.slice(1) })
    const answer = await list(other, access_token)
    expect({ status: answer.status, ...(await answer.json()) }).toEqual({
      status: 200,
      accounts: [],
    })
    expect(other.switches.get().completeStatus).toBe('201')
    expect(other.clock.now() - Date.now()).toBeLessThan(1000)
    expect(other.users).toHaveLength(2)
    expect(other.logs).toHaveLength(logs)
  })

  it('are reset and closed one by one', async () => {
    const third = await createEmulator({ port: 0 })
    const { access_token, refresh_token = '' } = await logIn(one)
    other.reset()
    await third.close()
    const request = { emulator: one, client: one.clients.spa }
    const { status } = await requestToken(request, { grant_type: 'refresh_token', refresh_token })
    expect(status).toBe(200)
    expect((await list(one, access_token)).status).toBe(200)
  })
})
