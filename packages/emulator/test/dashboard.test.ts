import { request } from 'node:http'
import { launchChromium } from '@connected-accounts/testing/chromium/launch'
import { loginWithCode } from '@connected-accounts/testing/person/login'
import { generateKeyPair, generateProof } from 'dpop'
import type { Browser, Page } from 'playwright-core'
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest'
import { createEmulator, type Emulator } from '../src/index.js'
import { connect, runWholeFlow } from './whole-flow.js'

let browser: Browser
let emulator: Emulator
let page: Page
let complaints: string[]

beforeAll(async () => {
  browser = await launchChromium()
})
beforeEach(async () => {
  emulator = await createEmulator({ port: 0 })
  complaints = []
  page = await browser.newPage()
  page.setDefaultTimeout(10_000)
  page.on('console', (message) => complaints.push(message.text()))
  page.on('pageerror', (error) => complaints.push(error.message))
})
afterEach(async () => {
  await page.close()
  await emulator.close()
})
afterAll(() => browser.close())

const section = (name: string) => page.getByRole('region', { name, exact: true }).first()

async function open() {
  await page.goto(emulator.url)
  await page.getByRole('heading', { level: 1, name: emulator.url }).waitFor()
}

async function call(headers: Record<string, string>, method: string, path: string, body?: object) {
  const init = { method, headers, ...(body && { body: JSON.stringify(body) }) }
  return fetch(`${emulator.url}/me/v1/connected-accounts${path}`, init)
}

describe('The page at /', () => {
  it('shows an account that is connected while it is open, and what the vault keeps of it', async () => {
    await open()
    expect(await section('Users and vault').textContent()).toContain('No connected accounts.')
    const { accountId } = await runWholeFlow(emulator)
    const row = section('Users and vault').getByRole('row', { name: accountId })
    await row.waitFor()
    const text = await row.textContent()
    for (const words of [
      'acme',
      'alice@acme.example',
      'offline_access',
      '60 min left',
      'refresh token',
    ])
      expect(text).toContain(words)
    const log = await section('Tenant log').textContent()
    expect(log).toContain('connected_accounts_connection_succeeded')
    emulator.clock.advance(3601)
    await row.getByText('access token expired').waitFor()
    expect(complaints).toEqual([])
  })

  it('sets a switch, by which the next call goes', async () => {
    const { headers } = await runWholeFlow(emulator)
    await open()
    await page.getByLabel('unknownAccount').selectOption('204')
    await page.getByRole('status').getByText('unknownAccount is now 204.').waitFor()
    expect((await call(headers, 'DELETE', '/accounts/cac_nosuch')).status).toBe(204)
    expect(await page.getByLabel('unknownAccount (changed)').inputValue()).toBe('204')
    expect(complaints).toEqual([])
  })

  it('adds a fault, which befalls the next call, and is then gone', async () => {
    const { headers } = await runWholeFlow(emulator)
    await open()
    await page.getByLabel('Operation').selectOption('deleteConnectedAccount')
    await page.getByLabel('What happens').selectOption({ label: '503' })
    await page.getByRole('button', { name: 'Add fault' }).click()
    await section('Faults').getByText('1 to come').waitFor()
    expect((await call(headers, 'DELETE', '/accounts/cac_nosuch')).status).toBe(503)
    await section('Faults').getByText('No faults are waiting.').waitFor()
    expect((await call(headers, 'DELETE', '/accounts/cac_nosuch')).status).toBe(404)
  })

  it('adds a fault with headers and a problem, and one that sets a switch', async () => {
    const { headers } = await runWholeFlow(emulator)
    await open()
    await page.getByLabel('Operation').selectOption('deleteConnectedAccount')
    await page.getByLabel('What happens').selectOption({ label: '429' })
    await page.getByLabel('Headers of the status').fill('{ "retry-after": "7" }')
    await page.getByLabel('Fields of its problem').fill('{ "detail": "Slowly" }')
    await page.getByRole('button', { name: 'Add fault' }).click()
    await section('Faults').getByText('1 to come').waitFor()
    const answer = await call(headers, 'DELETE', '/accounts/cac_nosuch')
    expect([answer.headers.get('retry-after'), (await answer.json()).detail]).toEqual([
      '7',
      'Slowly',
    ])
    await page.getByLabel('Headers of the status').fill('')
    await page.getByLabel('Fields of its problem').fill('slowly')
    await page.getByRole('button', { name: 'Add fault' }).click()
    await page.getByRole('alert').getByText('body/problem must be object').waitFor()
    await page.getByLabel('Fields of its problem').fill('')
    await page.getByLabel('Operation').selectOption('connectPage')
    await page.getByLabel('What happens').selectOption({ label: 'ticket expired' })
    await page.getByRole('button', { name: 'Add fault' }).click()
    await section('Faults').getByText('switches ticket expired').waitFor()
    expect(
      (await fetch(`${emulator.url}/_emulator/faults`).then((sent) => sent.json())).faults,
    ).toMatchObject([{ rule: { operation: 'connectPage', switches: { ticket: 'expired' } } }])
  })

  it('takes one fault back and leaves the others', async () => {
    emulator.failNext('getConnectedAccounts', { status: 500 })
    emulator.failNext('getToken', { damage: 'empty_body' })
    await open()
    await page.getByRole('button', { name: 'Remove the fault of getToken' }).click()
    await page.getByRole('status').getByText('The fault was removed.').waitFor()
    const left = await (await fetch(`${emulator.url}/_emulator/faults`)).json()
    expect(left.faults).toMatchObject([{ rule: { operation: 'getConnectedAccounts' }, left: 1 }])
  })

  it('says which field of a fault is wrong', async () => {
    await open()
    await page.getByLabel('What happens').selectOption({ label: 'only a delay' })
    await page.getByRole('button', { name: 'Add fault' }).click()
    await page.getByRole('alert').getByText('body must have one of status').waitFor()
  })

  it('shows what was wrong with a request, field by field, and alone if asked for problems', async () => {
    const { headers } = await runWholeFlow(emulator)
    await call(headers, 'POST', '/connect', { redirect_uri: 'http://localhost:3000/x' })
    await open()
    const requests = section('Requests')
    const [newest] = await requests.locator('tbody tr').all()
    const text = (await newest?.textContent()) ?? ''
    for (const words of ['/connect', '400', 'Validation Error', 'connection', 'required property'])
      expect(text).toContain(words)
    expect(text).toContain('alice@example.test')
    const login = requests.locator('tbody tr').last()
    expect(await login.isVisible()).toBe(true)
    await page.getByLabel('Problems only').check()
    expect(await login.isVisible()).toBe(false)
    expect(await newest?.isVisible()).toBe(true)
  })

  it.each([
    [
      '/authorize?client_id=spa&response_type=code&redirect_uri=https://x.example/',
      'invalid_redirect_uri',
    ],
    ['/authorize?client_id=nobody&response_type=code', 'invalid_client'],
    ['/connect?ticket=used', 'was used already'],
  ])('shows the error of %s', async (path, words) => {
    await fetch(emulator.url + path, { redirect: 'manual' })
    await open()
    expect(await section('Requests').locator('tr.failed').textContent()).toContain(words)
  })

  it('shows the error of the token endpoint, without what was sent', async () => {
    const body = new URLSearchParams({
      grant_type: 'refresh_token',
      refresh_token: 'an-unknown-refresh-token',
      client_id: 'spa',
    })
    await fetch(`${emulator.url}/oauth/token`, { method: 'POST', body })
    await open()
    const text = await section('Requests').locator('tr.failed').textContent()
    expect(text).toContain('invalid_grant')
    expect(text).toContain('refresh_token')
    expect(await page.content()).not.toContain('an-unknown-refresh-token')
  })

  it('does not call the challenge for a nonce a problem, at either end', async () => {
    const dpop = await generateKeyPair('ES256')
    const audience = `${emulator.url}/me/`
    const login = { emulator, client: emulator.clients.spa, dpop, audience }
    const { access_token } = await loginWithCode(login)
    const url = `${emulator.url}/me/v1/connected-accounts/accounts`
    const proof = await generateProof(dpop, url, 'GET', undefined, access_token)
    await fetch(url, { headers: { authorization: `DPoP ${access_token}`, dpop: proof } })
    await open()
    const challenged = section('Requests').locator('tr', { hasText: 'another DPoP nonce' })
    expect(await challenged.locator('.pill').allTextContents()).toEqual(['401', '400'])
    expect(await section('Requests').locator('tr.failed').count()).toBe(0)
    await fetch(url, { headers: { authorization: `DPoP ${access_token}`, dpop: 'none' } })
    await section('Requests').locator('tr.failed', { hasText: 'Invalid DPoP proof' }).waitFor()
  })

  it('has no token, code or ticket of a whole flow, nor has the control API', async () => {
    const { secrets, headers } = await runWholeFlow(emulator)
    const refused = await connect(emulator, headers, 'cancel')
    await open()
    const texts = [await page.content()]
    for (const path of ['requests', 'logs', 'faults', 'switches'])
      texts.push(await (await fetch(`${emulator.url}/_emulator/${path}`)).text())
    // The client's secret is the tenant's own configuration, and is among what goes into an SDK.
    const { client_secret: _, ...others } = secrets
    for (const [name, secret] of Object.entries({ ...others, ...refused.secrets }))
      for (const text of texts) expect(text.includes(secret ?? ''), name).toBe(false)
  })

  it('shows names as text, whatever they are', async () => {
    const name = '<script>alert(1)</script><img src=x onerror=alert(2)>'
    const { headers } = await runWholeFlow(emulator)
    await emulator.close()
    const [alice] = emulator.users
    if (!alice) throw new Error('There is no user')
    emulator = await createEmulator({ port: 0, tenant: { users: [{ ...alice, name }] } })
    await fetch(`${emulator.url}/authorize?client_id=${encodeURIComponent(name)}`)
    await call(headers, 'DELETE', '/accounts/%3Cscript%3E')
    await open()
    expect(await section('Users and vault').textContent()).toContain(name)
    expect(await section('Requests').textContent()).toContain(name)
    expect(await page.locator('img, main script').count()).toBe(0)
    expect(complaints).toEqual([])
  })

  it('moves the clock, and resets everything once that is confirmed', async () => {
    await emulator.seed({ user_id: 'auth0|bob', connection: 'acme' })
    await open()
    await page.getByRole('button', { name: '+1 h' }).click()
    await page.getByRole('status').getByText('moved by 3600 s').waitFor()
    expect(emulator.clock.now() - Date.now()).toBeGreaterThan(3_590_000)
    page.once('dialog', (dialog) => dialog.accept())
    await page.getByRole('button', { name: 'Reset all' }).click()
    await page.getByRole('status').getByText('Everything was reset.').waitFor()
    expect(emulator.clock.now() - Date.now()).toBeLessThan(1000)
    expect(await section('Users and vault').textContent()).not.toContain('acme')
  })

  it.each([1280, 390])('fits a window of %i pixels with 25 accounts', async (width) => {
    await emulator.seed({ user_id: 'auth0|alice', connection: 'google-oauth2', count: 25 })
    await page.setViewportSize({ width, height: 800 })
    await open()
    expect(await page.evaluate('document.documentElement.scrollWidth')).toBe(width)
    expect(await section('Users and vault').locator('tbody tr').count()).toBe(25)
  })

  it('is no longer than its content with 60 failed requests', async () => {
    const failed = Array.from({ length: 60 }, () => fetch(`${emulator.url}/me/v1/nothing`))
    await Promise.all(failed.map(async (response) => (await response).text()))
    await open()
    const [document, body] = await page.evaluate(() => [
      window.document.documentElement.scrollHeight,
      window.document.body.getBoundingClientRect().height,
    ])
    expect(document).toBeLessThanOrEqual(Math.max(720, Math.ceil(body ?? 0)))
  })

  it('does not hold up the end of the emulator', async () => {
    await open()
    const start = performance.now()
    await emulator.close()
    expect(performance.now() - start).toBeLessThan(1000)
    await page.getByRole('status').getByText('The emulator does not respond.').waitFor()
  })

  it('is refused to a page behind another host, and to a foreign origin', async () => {
    const send = (headers: Record<string, string>) =>
      new Promise<number | undefined>((resolve, reject) => {
        const sent = request(emulator.url, { headers })
        sent.on('response', (response) => resolve(response.resume().statusCode))
        sent.on('error', reject).end()
      })
    expect(await send({ host: 'localhost' })).toBe(200)
    expect(await send({ host: 'evil.example' })).toBe(403)
    expect(await send({ origin: 'https://evil.example' })).toBe(403)
  })

  it('keeps the newest 200 requests', async () => {
    for (let done = 0; done < 210; done += 70) {
      const asked = Array.from({ length: 70 }, () => fetch(`${emulator.url}/me/v1/nothing`))
      await Promise.all(asked.map(async (response) => (await response).text()))
    }
    const { requests } = await (await fetch(`${emulator.url}/_emulator/requests`)).json()
    expect(requests).toHaveLength(200)
    expect(requests.at(-1).id).toBe(210)
  })
})
