import { isConnectFlowError, listConnectedAccounts, startConnect } from '@connected-accounts/client'
import { createDpop } from '@connected-accounts/client/dpop'
import { configure, fireEvent, render, screen, waitFor } from '@testing-library/react-native'
import * as WebBrowser from 'expo-web-browser'
import { Linking } from 'react-native'
import { App, client } from './App'
import { completeAfterRestart, transactions } from './transactions'

const browser = WebBrowser as unknown as { closes: boolean; opened: [string, string][] } // the stand-in

configure({ asyncUtilTimeout: 20_000 })

const user = { sub: 'auth0|alice' }

test('the globals of a page and of Web Crypto are not there, and fetch is that of React Native', () => {
  const names = ['location', 'sessionStorage', 'BroadcastChannel', 'crypto', 'DOMException']
  expect(names.filter((name) => name in globalThis)).toEqual([])
  expect(fetch).toHaveProperty('polyfill', true)
})

/** What the tenant lists, whatever the app shows. */
const connected = async () => (await listConnectedAccounts(client)).accounts.length

test('a person connects an account, sees it, and disconnects it', async () => {
  await render(<App user={user} />)
  await screen.findByText('Nothing is connected.')
  await fireEvent.press(screen.getByText('Connect Google'))
  await screen.findByText('Disconnect google-oauth2')
  expect(await connected()).toBe(1)
  const [url, redirectUri] = browser.opened[0] ?? []
  expect([url, redirectUri]).toEqual([
    expect.stringContaining('/connect?ticket='),
    'myapp://connected',
  ])
  await fireEvent.press(screen.getByText('Disconnect google-oauth2'))
  await waitFor(async () => expect(await connected()).toBe(0))
  await screen.findByText('Nothing is connected.')
})

test('a person who closes the window sees no error, and can connect again', async () => {
  await render(<App user={user} />)
  await screen.findByText('Nothing is connected.')
  browser.closes = true
  await fireEvent.press(screen.getByText('Connect Google'))
  await waitFor(() => expect(browser.opened).toHaveLength(2))
  await waitFor(() => expect(screen.getByText('Connect Google')).toBeEnabled())
  expect(screen.getAllByText(/./)).toHaveLength(2)
  browser.closes = false
  await fireEvent.press(screen.getByText('Connect Google'))
  await screen.findByText('Disconnect google-oauth2')
})

test('an app that was killed completes the flow when the callback starts it again', async () => {
  const redirectUri = 'myapp://connected'
  const flow = { connection: 'google-oauth2', redirectUri, transactions, user: user.sub }
  const { url } = await startConnect(client, flow)
  const result = await WebBrowser.openAuthSessionAsync(url, redirectUri)
  const callbackUrl = result.type === 'success' ? result.url : null
  jest.spyOn(Linking, 'getInitialURL').mockResolvedValue(callbackUrl)
  const completed = await completeAfterRestart(user.sub)
  expect(completed?.account).toHaveProperty('connection', 'google-oauth2')
})

test('there is no prover: crypto_unavailable', async () => {
  const error = await createDpop().catch((thrown: unknown) => thrown)
  expect(isConnectFlowError(error) && error.code).toBe('crypto_unavailable')
})
