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

const TABS = ['start', 'requests', 'users', 'tenant', 'faults'] as const

async function open(tab: (typeof TABS)[number]) {
  await page.goto(`${emulator.url}/?tab=${tab}`)
  await page.getByRole('heading', { level: 1, name: emulator.url }).waitFor()
}

async function call(headers: Record<string, string>, method: string, path: string, body?: object) {
  const init = { method, headers, ...(body && { body: JSON.stringify(body) }) }
  return fetch(`${emulator.url}/me/v1/connected-accounts${path}`, init)
}

describe('The page at /', () => {
  it('shows an account that is connected while it is open, and what the vault keeps of it', async () => {
    await open('users')
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
    emulator.clock.advance(3601)
    await row.getByText('access token expired').waitFor()
    await page.getByRole('link', { name: 'Requests' }).click()
    const log = await section('Tenant log').textContent()
    expect(log).toContain('connected_accounts_connection_succeeded')
    expect(complaints).toEqual([])
  })

  it('sets a switch, by which the next call goes', async () => {
    const { headers } = await runWholeFlow(emulator)
    await open('faults')
    await page.getByLabel('unknownAccount').selectOption('204')
    await page.getByRole('status').getByText('unknownAccount is now 204.').waitFor()
    expect((await call(headers, 'DELETE', '/accounts/cac_nosuch')).status).toBe(204)
    expect(await page.getByLabel('unknownAccount (changed)').inputValue()).toBe('204')
    expect(complaints).toEqual([])
  })

  it('adds a fault, which befalls the next call, and is then gone', async () => {
    const { headers } = await runWholeFlow(emulator)
    await open('faults')
    await page.getByLabel('Operation').selectOption('deleteConnectedAccount')
    await page.getByLabel('What happens').selectOption({ label: '503' })
    await page.getByRole('button', { name: 'Add fault' }).click()
    await section('Make a call fail').getByText('1 to come').waitFor()
    expect((await call(headers, 'DELETE', '/accounts/cac_nosuch')).status).toBe(503)
    await section('Make a call fail').getByText('No faults are waiting.').waitFor()
    expect((await call(headers, 'DELETE', '/accounts/cac_nosuch')).status).toBe(404)
  })

  it('adds a fault with headers and a problem, and one that sets a switch', async () => {
    const { headers } = await runWholeFlow(emulator)
    await open('faults')
    await page.getByLabel('Operation').selectOption('deleteConnectedAccount')
    await page.getByLabel('What happens').selectOption({ label: '429' })
    await page.getByText('Probability, headers and body').click()
    await page.getByLabel('Headers of the status').fill('{ "retry-after": "7" }')
    await page.getByLabel('Fields of its problem').fill('{ "detail": "Slowly" }')
    await page.getByRole('button', { name: 'Add fault' }).click()
    await section('Make a call fail').getByText('1 to come').waitFor()
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
    await section('Make a call fail').getByText('switches ticket expired').waitFor()
    expect(
      (await fetch(`${emulator.url}/_emulator/faults`).then((sent) => sent.json())).faults,
    ).toMatchObject([{ rule: { operation: 'connectPage', switches: { ticket: 'expired' } } }])
  })

  it('takes one fault back and leaves the others', async () => {
    emulator.failNext('getConnectedAccounts', { status: 500 })
    emulator.failNext('getToken', { damage: 'empty_body' })
    await open('faults')
    await page.getByRole('button', { name: 'Remove the fault of getToken' }).click()
    await page.getByRole('status').getByText('The fault was removed.').waitFor()
    const left = await (await fetch(`${emulator.url}/_emulator/faults`)).json()
    expect(left.faults).toMatchObject([{ rule: { operation: 'getConnectedAccounts' }, left: 1 }])
  })

  it('says which field of a fault is wrong', async () => {
    await open('faults')
    await page.getByLabel('What happens').selectOption({ label: 'only a delay' })
    await page.getByRole('button', { name: 'Add fault' }).click()
    await page.getByRole('alert').getByText('body must have one of status').waitFor()
  })

  it('shows what was wrong with a request, field by field, and alone if asked for problems', async () => {
    const { headers } = await runWholeFlow(emulator)
    await call(headers, 'POST', '/connect', { redirect_uri: 'http://localhost:3000/x' })
    await open('requests')
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
    await open('requests')
    expect(await section('Requests').locator('tr.failed').textContent()).toContain(words)
  })

  it('shows the error of the token endpoint, without what was sent', async () => {
    const body = new URLSearchParams({
      grant_type: 'refresh_token',
      refresh_token: 'an-unknown-refresh-token',
      client_id: 'spa',
    })
    await fetch(`${emulator.url}/oauth/token`, { method: 'POST', body })
    await open('requests')
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
    await open('requests')
    const challenged = section('Requests').locator('tr', { hasText: 'another DPoP nonce' })
    expect(await challenged.locator('.pill').allTextContents()).toEqual(['401', '400'])
    expect(await section('Requests').locator('tr.failed').count()).toBe(0)
    await fetch(url, { headers: { authorization: `DPoP ${access_token}`, dpop: 'none' } })
    await section('Requests').locator('tr.failed', { hasText: 'Invalid DPoP proof' }).waitFor()
  })

  it('has no token, code or ticket of a whole flow, nor has the control API', async () => {
    const { secrets, headers } = await runWholeFlow(emulator)
    const refused = await connect(emulator, headers, 'cancel')
    const texts: string[] = []
    for (const tab of TABS) {
      await open(tab)
      texts.push(await page.content())
    }
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
    emulator = await createEmulator({
      port: 0,
      tenant: { users: [{ ...alice, name, password: name }] },
    })
    await fetch(`${emulator.url}/authorize?client_id=${encodeURIComponent(name)}`)
    await call(headers, 'DELETE', '/accounts/%3Cscript%3E')
    for (const tab of ['start', 'requests', 'users'] as const) {
      await open(tab)
      expect(await page.locator('main').textContent(), tab).toContain(name)
      expect(await page.locator('img, main script').count()).toBe(0)
    }
    expect(complaints).toEqual([])
  })

  it('moves the clock, and resets everything once that is confirmed', async () => {
    await emulator.seed({ user_id: 'auth0|bob', connection: 'acme' })
    await open('users')
    await page.getByRole('button', { name: '+1 h' }).click()
    await page.getByRole('status').getByText('moved by 3600 s').waitFor()
    expect(emulator.clock.now() - Date.now()).toBeGreaterThan(3_590_000)
    page.once('dialog', (dialog) => dialog.accept())
    await page.getByRole('button', { name: 'Reset all' }).click()
    await page.getByRole('status').getByText('Everything was reset.').waitFor()
    expect(emulator.clock.now() - Date.now()).toBeLessThan(1000)
    expect(await section('Users and vault').textContent()).not.toContain('acme')
  })

  it('has what to paste first, and tabs that the keyboard and a reload reach', async () => {
    await page.goto(emulator.url)
    expect(await page.locator('a[aria-current=page]').textContent()).toContain('Get started')
    const code = await section('Paste into your application').textContent()
    expect(code).toContain(`domain: '${emulator.url}'`)
    const tabs = await page.getByRole('navigation', { name: 'Sections' }).getByRole('link').all()
    expect(tabs).toHaveLength(TABS.length)
    await tabs[0]?.focus()
    await page.keyboard.press('Tab')
    await page.keyboard.press('Tab')
    await page.keyboard.press('Enter')
    await page.getByRole('heading', { name: 'Users and vault' }).waitFor()
    await page.reload()
    expect(await page.locator('a[aria-current=page]').textContent()).toBe('Users & vault')
    expect(complaints).toEqual([])
  })

  it('copies what is to be pasted', async () => {
    await page.context().grantPermissions(['clipboard-read', 'clipboard-write'])
    await open('start')
    await page.getByRole('button', { name: 'Copy Domain' }).click()
    await page.getByRole('status').getByText('Copied.').waitFor()
    expect(await page.evaluate(() => navigator.clipboard.readText())).toBe(emulator.url)
    await page.getByRole('button', { name: 'Copy auth0-spa-js' }).click()
    const copied = () => page.evaluate(() => navigator.clipboard.readText())
    await expect.poll(copied).toContain("clientId: 'spa'")
    expect(complaints).toEqual([])
  })

  it('counts the requests that failed and the faults that wait on their tabs', async () => {
    await open('start')
    emulator.failNext('getToken', { status: 503 })
    await fetch(`${emulator.url}/me/v1/nothing`)
    await page.getByRole('link', { name: 'Requests 1 problems' }).waitFor()
    await page.getByRole('link', { name: 'Faults 1 waiting' }).waitFor()
  })

  it('keeps the focus, what was typed and what was opened while there is news', async () => {
    await open('faults')
    await page.getByText('Probability, headers and body').click()
    await page.getByLabel('What happens').selectOption({ label: '429' })
    await page.getByLabel('Seed').fill('7')
    await page.getByLabel('Headers of the status').fill('{ "retry-after"')
    emulator.failNext('getToken', { status: 503 })
    emulator.switches.set({ largeTake: 'refused' })
    await section('Make a call fail').getByText('1 to come').waitFor()
    await page.keyboard.type(': "5" }')
    expect(await page.getByLabel('Headers of the status').inputValue()).toBe(
      '{ "retry-after": "5" }',
    )
    expect(await page.getByLabel('What happens').inputValue()).toBe('{"status":429}')
    expect(await page.getByLabel('Seed').inputValue()).toBe('7')
    expect(await page.getByLabel('largeTake').inputValue()).toBe('refused')
    emulator.reset()
    await section('Make a call fail').getByText('No faults are waiting.').waitFor()
    expect(await page.getByLabel('largeTake').inputValue()).toBe('capped')
    expect(complaints).toEqual([])
  })

  it('keeps a button and a place in a list while rows come and go', async () => {
    for (const operation of ['getToken', 'getConnectedAccounts'] as const)
      emulator.failNext(operation, { status: 500 })
    await open('faults')
    const button = page.getByRole('button', { name: 'Remove the fault of getConnectedAccounts' })
    await button.focus()
    const [first] = (await (await fetch(`${emulator.url}/_emulator/faults`)).json()).faults
    await fetch(`${emulator.url}/_emulator/faults/${first.id}`, { method: 'DELETE' })
    await page
      .getByText('getToken', { exact: true })
      .and(page.locator('code'))
      .waitFor({ state: 'detached' })
    expect(await button.evaluate((element) => element === document.activeElement)).toBe(true)
  })

  it('creates a user, who can then log in and have an account', async () => {
    await open('users')
    await page.getByLabel('Email address', { exact: true }).fill('carol@example.test')
    await page.getByRole('button', { name: 'Create user' }).click()
    await page.getByRole('status').getByText('The user was created.').waitFor()
    expect(emulator.users.at(-1)).toMatchObject({ email: 'carol@example.test', name: 'carol' })
    await page.getByLabel('User', { exact: true }).selectOption('carol (carol@example.test)')
    await page.getByLabel('Connection').selectOption('GitHub')
    await page.getByLabel('Email address at the provider').fill('carol@github.example')
    await page.getByRole('button', { name: 'Connect account' }).click()
    await section('Accounts of carol table').getByText('carol@github.example').waitFor()
    await page.getByLabel('Email address', { exact: true }).fill('Carol@example.test')
    await page.getByRole('button', { name: 'Create user' }).click()
    await page.getByRole('alert').getByText('body/email belongs to another user').waitFor()
  })

  it.each([1280, 390])('fits a window of %i pixels with 25 accounts', async (width) => {
    await emulator.seed({ user_id: 'auth0|alice', connection: 'google-oauth2', count: 25 })
    await page.setViewportSize({ width, height: 800 })
    await open('users')
    expect(await page.evaluate('document.documentElement.scrollWidth')).toBe(width)
    expect(await section('Users and vault').locator('tbody tr').count()).toBe(25)
  })

  it('is no longer than its content with 60 failed requests', async () => {
    const failed = Array.from({ length: 60 }, () => fetch(`${emulator.url}/me/v1/nothing`))
    await Promise.all(failed.map(async (response) => (await response).text()))
    await open('requests')
    const [document, body] = await page.evaluate(() => [
      window.document.documentElement.scrollHeight,
      window.document.body.getBoundingClientRect().height,
    ])
    expect(document).toBeLessThanOrEqual(Math.max(720, Math.ceil(body ?? 0)))
  })

  it('does not hold up the end of the emulator', async () => {
    await open('requests')
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
