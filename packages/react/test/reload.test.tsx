import {
  deleteConnectedAccount,
  sessionStorageTransactions,
  startConnect,
} from '@connected-accounts/client'
import { afterEach, expect, test } from 'vitest'
import { startOverHttp } from './emulators.js'
import { consent, createTestBed, origin, token, withEmulator } from './support.js'

withEmulator(startOverHttp)
afterEach(() => {
  for (const frame of document.querySelectorAll('iframe')) frame.remove()
  sessionStorage.removeItem('toasts')
})

const fixture = new URL('./reload.html', import.meta.url)

/** Opens a page in a frame, and returns what a test can do with it. */
async function openFrame(url: string) {
  const frame = document.createElement('iframe')
  frame.src = url
  document.body.append(frame)
  const page = () => frame.contentWindow
  return {
    text: () => page()?.document.querySelector('output')?.textContent,
    search: () => page()?.location.search,
    dismiss: () => page()?.document.querySelector('button')?.click(),
    reload: () =>
      new Promise((resolve) => {
        frame.addEventListener('load', resolve, { once: true })
        page()?.location.reload()
      }),
  }
}

async function callbackUrl(): Promise<string> {
  sessionStorage.setItem('reload-page', JSON.stringify({ domain: origin(), accessToken: token() }))
  const { url } = await startConnect(createTestBed().client, {
    connection: 'google-oauth2',
    redirectUri: `${window.location.origin}${fixture.pathname}`,
    transactions: sessionStorageTransactions(),
    user: 'auth0|alice',
  })
  return consent(url)
}

test('a reload of the callback page shows the same account again', async () => {
  const frame = await openFrame(await callbackUrl())
  await expect.poll(frame.text, { timeout: 15_000 }).toMatch(/^cac_/) // its modules are built now
  const account = frame.text()
  await expect.poll(frame.search).toBe('')
  await frame.reload()
  await expect.poll(frame.text).toBe(account)
})

/** How often the page has told the person that the account is connected. */
const toasts = () => (sessionStorage.getItem('toasts') ?? '').length

test('a reload does not report the success again', async () => {
  const frame = await openFrame(await callbackUrl())
  await expect.poll(frame.text).toMatch(/^cac_/)
  expect(toasts()).toBe(1)
  await frame.reload()
  await expect.poll(frame.text).toMatch(/^cac_/)
  expect(toasts()).toBe(1)
})

test('a reload after the account was disconnected shows an ordinary page', async () => {
  const frame = await openFrame(await callbackUrl())
  await expect.poll(frame.text).toMatch(/^cac_/)
  await deleteConnectedAccount(createTestBed().client, frame.text() ?? '')
  await frame.reload()
  await expect.poll(frame.text).toBe('idle')
})

test('a reload after the success was dismissed shows an ordinary page', async () => {
  const frame = await openFrame(await callbackUrl())
  await expect.poll(frame.text).toMatch(/^cac_/)
  frame.dismiss()
  await expect.poll(frame.text).toBe('idle')
  await frame.reload()
  await expect.poll(frame.text).toBe('idle')
})

test('a reload after the transaction is gone shows an ordinary page', async () => {
  const frame = await openFrame(await callbackUrl())
  await expect.poll(frame.text).toMatch(/^cac_/)
  for (const key of Object.keys(sessionStorage)) {
    if (key.includes('transaction')) sessionStorage.removeItem(key)
  }
  await frame.reload()
  await expect.poll(frame.text).toBe('idle')
})

test('a reload after the server failed for the moment resumes', async () => {
  const url = await callbackUrl()
  sessionStorage.setItem(
    'reload-page',
    JSON.stringify({ domain: origin(), accessToken: 'a-token' }),
  )
  const frame = await openFrame(url)
  await expect.poll(frame.text).toMatch(/401/)
  await expect.poll(frame.search).toBe('')
  sessionStorage.setItem('reload-page', JSON.stringify({ domain: origin(), accessToken: token() }))
  await frame.reload()
  await expect.poll(frame.text).toMatch(/^cac_/)
})
