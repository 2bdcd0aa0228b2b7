import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { launchChromium } from '@connected-accounts/testing/chromium/launch'
import { logInAs, press } from '@connected-accounts/testing/chromium/person'
import {
  buildNextApp,
  type NextApp,
  type RunningNextApp,
} from '@connected-accounts/testing/nextjs/app'
import { exportPKCS8, exportSPKI, generateKeyPair } from 'jose'
import type { Browser, BrowserContext, Page } from 'playwright-core'
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from 'vitest'
import { createEmulator, type Emulator } from '../src/index.js'

let next: NextApp
let emulator: Emulator
let apps: Record<Scheme, RunningNextApp>
let browser: Browser
let context: BrowserContext
let page: Page

type Scheme = 'Bearer' | 'DPoP'

beforeAll(async () => {
  next = await buildNextApp()
  ;[emulator, browser] = await Promise.all([createEmulator({ port: 0 }), launchChromium()])
  const [Bearer, DPoP] = await Promise.all([
    next.start(emulator),
    next.start(emulator, await dpopKeys()),
  ])
  apps = { Bearer, DPoP }
}, 600_000)
afterAll(async () => {
  await Promise.all([apps?.Bearer.stop(), apps?.DPoP.stop(), emulator?.close(), browser?.close()])
  await next?.remove()
})
beforeEach(async () => {
  emulator.reset()
  context = await browser.newContext({ ignoreHTTPSErrors: true })
  context.setDefaultTimeout(20_000)
  page = await context.newPage()
})
afterEach(() => context.close())

/** The key pair as nextjs-auth0 reads it. */
async function dpopKeys() {
  const { privateKey, publicKey } = await generateKeyPair('ES256', { extractable: true })
  return {
    AUTH0_DPOP_PRIVATE_KEY: await exportPKCS8(privateKey),
    AUTH0_DPOP_PUBLIC_KEY: await exportSPKI(publicKey),
  }
}

async function logIn({ origin }: RunningNextApp = apps.Bearer): Promise<void> {
  await page.goto(origin)
  await page.getByRole('link', { name: 'Log in' }).click()
  await logInAs(page)
  await page.getByRole('heading', { name: 'Alice' }).waitFor()
}

/** What the application answers to this browser. */
async function answer(path: string, { method = 'GET', headers = {} } = {}) {
  const { origin } = new URL(page.url())
  const response = await context.request.fetch(origin + path, { method, headers })
  return { status: response.status(), body: await response.json() }
}

/** Connects this many accounts of Alice. */
const seed = (count: number) => emulator.seed({ user_id: 'auth0|alice', connection: 'acme', count })

/** What the emulator last answered at a path. */
async function lastRequest(path: string) {
  const { requests } = await (await fetch(`${emulator.url}/_emulator/requests`)).json()
  return requests.findLast((request: { path: string }) => request.path === path)
}

/** The path of a call of the My Account API. */
const api = '/me/v1/connected-accounts'
const failure = (message: string) => ({
  status: 500,
  body: { name: 'ConnectedAccountsError', code: 'failed_to_list', message },
})

/** Whose token it is, as Google says. */
async function ownerOf(token: string): Promise<unknown> {
  const headers = { authorization: `Bearer ${token}` }
  const response = await fetch(`${emulator.url}/upstream/google-oauth2/userinfo`, { headers })
  return (await response.json()).email
}

describe.each<Scheme>(['Bearer', 'DPoP'])('nextjs-auth0 with %s', (scheme) => {
  test('logs in, and knows who the user is', async () => {
    await logIn(apps[scheme])
    expect((await answer('/auth/profile')).body).toMatchObject({ sub: 'auth0|alice' })
  })

  test('connects an account, comes back to where it began, and has its token', async () => {
    await logIn(apps[scheme])
    await page.getByRole('link', { name: 'Connect Google' }).click()
    await press(page, 'Allow')
    await page.waitForURL('**/?connected')
    const { status, body } = await answer('/token?connection=google-oauth2')
    expect({ status, owner: await ownerOf(body.token) }).toEqual({
      status: 200,
      owner: 'alice@google.example',
    })
    expect(await answer('/token?connection=google-oauth2')).toEqual({ status, body })
  })

  test('picks one of two accounts by its login hint', async () => {
    const emails = ['work@google.example', 'home@google.example']
    await emulator.seed({ user_id: 'auth0|alice', connection: 'google-oauth2', emails })
    await logIn(apps[scheme])
    for (const email of emails) {
      const { body } = await answer(`/token?connection=google-oauth2&login_hint=${email}`)
      expect(await ownerOf(body.token)).toBe(email)
    }
  })

  test('has all 25 accounts through its proxy, page by page', async () => {
    await seed(25)
    await logIn(apps[scheme])
    const headers = { scope: 'read:me:connected_accounts' }
    const path = '/me/connected-accounts/accounts?take=20'
    const first = (await answer(path, { headers })).body
    const second = (await answer(`${path}&from=${first.next}`, { headers })).body
    expect([first.accounts.length, second.accounts.length, second.next]).toEqual([20, 5, undefined])
  })

  test('logs out here and at the tenant', async () => {
    await logIn(apps[scheme])
    await page.getByRole('link', { name: 'Log out' }).click()
    await page.getByRole('link', { name: 'Log in' }).click()
    await page.locator('#password').waitFor()
  })
})

test('nextjs-auth0 lists the ten accounts of one page, and disconnects them', async () => {
  await seed(10)
  await logIn()
  const { status, body } = await answer('/accounts')
  expect({ status, count: body.length }).toEqual({ status: 200, count: 10 })
  expect(body[0]).toMatchObject({ connection: 'acme', accessType: 'offline' })
  await answer('/accounts?connection=acme', { method: 'DELETE' })
  expect(await answer('/accounts')).toEqual({ status: 200, body: [] })
})

test('nextjs-auth0 lists none of 25 accounts: it asks for the next page by another name', async () => {
  await seed(25)
  await logIn()
  expect(await answer('/accounts')).toEqual(
    failure('Connected-account pagination did not terminate safely.'),
  )
  const disconnected = await answer('/accounts?connection=acme', { method: 'DELETE' })
  expect(disconnected.status).toBe(500)
})

test('nextjs-auth0 with DPoP lists and disconnects nothing: it sends a bound token as Bearer', async () => {
  await seed(1)
  await logIn(apps.DPoP)
  const failed = failure(
    'An unexpected error occurred while trying to list the connected accounts.',
  )
  expect(await answer('/accounts')).toEqual(failed)
  expect(await answer('/accounts?connection=acme', { method: 'DELETE' })).toEqual(failed)
  expect(await lastRequest(`${api}/accounts`)).toMatchObject({
    status: 401,
    problem: { detail: 'A DPoP-bound access token needs the DPoP scheme' },
  })
})

test('nextjs-auth0 completes a refused consent without a code, and does not say that it was refused', async () => {
  await logIn()
  await page.getByRole('link', { name: 'Connect Google' }).click()
  await press(page, 'Cancel')
  const said = 'The request to complete the connect account flow failed with status 400.'
  await page.getByText(said, { exact: true }).waitFor()
  expect(new URL(page.url()).searchParams.get('error')).toBe('access_denied')
  expect(await lastRequest(`${api}/complete`)).toMatchObject({ status: 400 })
})

test('nextjs-auth0 hides the problem of an answer with a challenge', async () => {
  await logIn()
  const problem = { detail: 'Why it is refused' }
  emulator.failNext('getConnectedAccounts', { status: 403, problem })
  expect((await answer('/accounts')).body).toMatchObject({
    cause: 'Insufficient Scope: Why it is refused',
  })
  emulator.failNext('getConnectedAccounts', { status: 401, problem })
  expect((await answer('/accounts')).body.cause).toBeUndefined()
  expect(await lastRequest(`${api}/accounts`)).toMatchObject({ status: 401, problem })
})

test('nextjs-auth0 logs in over https, with the certificate in NODE_EXTRA_CA_CERTS', async () => {
  const secure = await createEmulator({ port: 0, https: true })
  const directory = await mkdtemp(join(tmpdir(), 'nextjs-auth0-'))
  const file = join(directory, 'ca.pem')
  await writeFile(file, secure.certificate ?? '')
  const running = await next.start(secure, { NODE_EXTRA_CA_CERTS: file })
  try {
    await logIn(running)
    expect((await answer('/auth/profile')).body).toMatchObject({ sub: 'auth0|alice' })
  } finally {
    await running.stop() // first: it may still be asking the emulator
    await secure.close()
    await rm(directory, { recursive: true })
  }
})
