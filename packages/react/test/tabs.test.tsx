import {
  localStorageAccountLabels,
  sessionStorageTransactions,
  startConnect,
} from '@connected-accounts/client'
import {
  useAccountLabel,
  useConnectCallback,
  useConnectedAccounts,
  useDisconnectAccount,
} from '@connected-accounts/react'
import { afterEach, expect, test } from 'vitest'
import { renderHook } from 'vitest-browser-react'
import { startOverHttp } from './emulators.js'
import { consent, createTestBed, origin, seed, token, withEmulator } from './support.js'

withEmulator(startOverHttp)
afterEach(() => {
  for (const frame of document.querySelectorAll('iframe')) frame.remove()
})

/** Opens another page of this origin, with its own QueryClient, as another tab would be. */
async function openTab(user = 'auth0|alice') {
  const frame = document.createElement('iframe')
  const login = new URLSearchParams({ domain: origin(), accessToken: token(), user })
  frame.src = `${new URL('./tabs.html', import.meta.url).pathname}#${login}`
  document.body.append(frame)
  const document_ = () => frame.contentDocument
  await expect.poll(() => document_()?.querySelector('output')?.textContent).toMatch(/\d/)
  return {
    count: () => document_()?.querySelector('output')?.textContent,
    button: () => document_()?.querySelector('button')?.textContent,
    disconnect: () => document_()?.querySelector('button')?.click(),
    leave: () => {
      frame.src = 'about:blank'
    },
  }
}

/** Connects an account on this page. */
async function connect() {
  const bed = createTestBed()
  const { url } = await startConnect(bed.client, {
    connection: 'google-oauth2',
    redirectUri: window.location.origin,
    transactions: sessionStorageTransactions(),
    user: 'auth0|alice',
  })
  window.history.replaceState(null, '', await consent(url))
  const { result } = await renderHook(() => useConnectCallback(), { wrapper: bed.page })
  await expect.poll(() => result.current.status).toBe('success')
}

test('an account that one tab connects is in the list of the other', async () => {
  const tab = await openTab()
  expect(tab.count()).toBe('0')
  await connect()
  await expect.poll(tab.count).toBe('1')
})

test('an account that one tab disconnects leaves the list of the other, which asks once', async () => {
  await seed(2)
  const bed = createTestBed()
  const { result } = await renderHook(() => useConnectedAccounts(), { wrapper: bed.page })
  await expect.poll(() => result.current.data?.length).toBe(2)
  const tab = await openTab()
  tab.disconnect()
  await expect.poll(() => result.current.data?.length).toBe(1)
  expect(bed.calls).toHaveLength(2)
})

test('the tab that disconnects does not take its own message for another tab', async () => {
  const [account] = await seed(1)
  const bed = createTestBed()
  const { result } = await renderHook(
    () => ({ list: useConnectedAccounts().data, disconnect: useDisconnectAccount() }),
    { wrapper: bed.page },
  )
  await expect.poll(() => result.current.list?.length).toBe(1)
  result.current.disconnect.mutate(String(account?.id))
  await expect.poll(() => result.current.disconnect.isSuccess).toBe(true)
  await new Promise((resolve) => setTimeout(resolve, 300))
  expect(bed.calls.map((call) => call.split(' ')[0])).toEqual(['GET', 'DELETE', 'GET'])
})

test("another user's tab is told nothing", async () => {
  const tab = await openTab('auth0|bob') // with Alice's token, so that it would have seen the account
  expect(tab.count()).toBe('0')
  await connect()
  await new Promise((resolve) => setTimeout(resolve, 300))
  expect(tab.count()).toBe('0')
})

test('a tab that is left within its undo window sends nothing', async () => {
  await seed(1)
  const tab = await openTab()
  tab.disconnect()
  await expect.poll(tab.count).toBe('0')
  tab.leave()
  await new Promise((resolve) => setTimeout(resolve, 600))
  const bed = createTestBed()
  const { result } = await renderHook(() => useConnectedAccounts(), { wrapper: bed.page })
  await expect.poll(() => result.current.data?.length).toBe(1)
})

test('where the browser has no BroadcastChannel the hooks work without', async () => {
  const { BroadcastChannel } = window
  try {
    Reflect.deleteProperty(window, 'BroadcastChannel')
    await connect()
  } finally {
    Object.assign(window, { BroadcastChannel })
  }
})

test('a label that one tab gives an account is shown in the other', async () => {
  const [account] = await seed(1)
  const tab = await openTab()
  const { page: Page } = createTestBed()
  const accountLabels = localStorageAccountLabels()
  const { result } = await renderHook(() => useAccountLabel(String(account?.id)), {
    wrapper: (props) => <Page {...props} accountLabels={accountLabels} />,
  })
  result.current.setLabel({ label: 'Work' })
  await expect.poll(tab.button).toBe('Disconnect Work')
  result.current.setLabel(null)
  await expect.poll(tab.button).toBe('Disconnect ')
})
