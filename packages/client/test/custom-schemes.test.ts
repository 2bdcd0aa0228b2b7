import { createEmulator, defaultTenant, type Emulator } from '@connected-accounts/emulator'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { connectInSession } from '../src/browser/index.js'
import {
  createConnectedAccountsClient,
  isConnectCallback,
  memoryTransactions,
  startConnect,
} from '../src/index.js'
import { start } from './flows.js'

/** Callback URLs of applications that are no pages of a website. */
const callbacks = [
  'myapp://connected', // Expo, Electron, Tauri
  'com.example.app:/connected', // a reversed domain, without a host (RFC 8252 §7.1)
  'com.example.app://tenant.example.test/ios/com.example.app/callback', // Auth0's SDKs for iOS and Android
  'http://localhost:42813/connected', // a loopback server (RFC 8252 §7.3)
  'app://bundle/index.html', // a page of Electron
  'tauri://localhost/connected', // a page of Tauri on macOS and Linux
  'https://abcdefghijklmnopabcdefghijklmnop.chromiumapp.org/connected', // chrome.identity
  'https://0123456789abcdef.extensions.allizom.org/', // browser.identity
]

describe('a callback URL of an app', () => {
  let emulator: Emulator
  beforeAll(async () => {
    const clients = defaultTenant().clients.map((client) => ({ ...client, callbacks }))
    emulator = await createEmulator({ port: 0, tenant: { clients } })
  })
  afterAll(() => emulator.close())

  test.for(callbacks)(
    '%s: the emulator sends the person back to it, and the flow is completed',
    async (redirectUri) => {
      const token = await emulator.issueAccessToken({ user_id: 'auth0|alice' })
      const client = createConnectedAccountsClient({ domain: emulator.url, accessToken: token })
      const openUrl = async (url: string) => (await emulator.consent(url)).href
      const flow = {
        connection: 'google-oauth2',
        redirectUri,
        openUrl,
        returnTo: '/settings?tab=1',
      }
      const { account, returnTo } = await connectInSession(client, flow)
      expect(account).toMatchObject({ connection: 'google-oauth2' })
      expect(returnTo).toBe('/settings?tab=1')
    },
  )

  test('a scheme that is not registered is refused, as any other URL is', async () => {
    const token = await emulator.issueAccessToken({ user_id: 'auth0|alice' })
    const client = createConnectedAccountsClient({ domain: emulator.url, accessToken: token })
    const transactions = memoryTransactions()
    const flow = { connection: 'google-oauth2', redirectUri: 'other://connected', transactions }
    await expect(startConnect(client, flow)).rejects.toMatchObject({ status: 400 })
  })
})

test.for<[string, string]>([
  ['myapp://connected', 'myapp://connected/settings'],
  ['com.example.app:/connected', 'com.example.app:/settings'],
  ['tauri://localhost/connected', '#/settings'],
])('with %s the person may be taken to %s', async ([redirectUri, returnTo]) => {
  const { flow } = start({ redirectUri, returnTo })
  expect(await flow).toHaveProperty('state')
})

test.for<[string, string]>([
  ['myapp://connected', 'other://connected'],
  ['myapp://connected', 'myapp://settings'],
  ['myapp://connected', '//evil.example.test/'],
  ['myapp://connected', 'https://evil.example.test/'],
  ['com.example.app:/connected', 'javascript:alert(1)'],
])('with %s the person may not be taken to %s', async ([redirectUri, returnTo]) => {
  const { flow, requests } = start({ redirectUri, returnTo })
  await expect(flow).rejects.toMatchObject({ code: 'invalid_request' })
  expect(requests).toHaveLength(0)
})

test.for([
  'myapp://connected?connect_code=c&state=connect.a',
  'myapp://connected#connect_code=c&state=connect.a',
  'com.example.app:/connected?error=access_denied&state=connect.a',
])('%s is the callback of a flow', (url) => {
  expect(isConnectCallback(url)).toBe(true)
})

test.for(['myapp://connected', 'myapp://settings?state=login', '/connected?state=connect.a'])(
  '%s is not',
  (url) => {
    expect(isConnectCallback(url)).toBe(false)
  },
)
