import { beforeEach, expect, test } from 'vitest'
import { completeConnect, localStorageTransactions } from '../src/index.js'
import { clientWith, comeBack, connected, hastyClientWith, lost } from './flows.js'
import { json } from './observed-client.js'

beforeEach(() => localStorage.clear())

type Client = typeof import('../src/index.js')

/** Loads the same code in an iframe. Like another tab, the iframe is another realm with the same storage and locks. */
async function openTab(): Promise<Client & { close(): void }> {
  const frame = document.body.appendChild(document.createElement('iframe'))
  const source = new URL('../src/index.ts', import.meta.url).href
  const script = frame.contentDocument?.createElement('script')
  if (!script || !frame.contentWindow) throw new Error('no document in the frame')
  script.type = 'module'
  script.textContent = `import * as client from '${source}'; window.loaded(client)`
  const { contentWindow } = frame
  const loaded = new Promise<Client>((resolve) => Object.assign(contentWindow, { loaded: resolve }))
  frame.contentDocument?.body.append(script)
  return { ...(await loaded), close: () => frame.remove() }
}

test('two tabs that complete at once send once, and both have the account', async () => {
  const { completeConnect: elsewhere } = await openTab()
  expect(elsewhere).not.toBe(completeConnect)
  const transactions = localStorageTransactions()
  const { callbackUrl } = await comeBack({ transactions })
  const once = clientWith([], async () => {
    await new Promise((resolve) => setTimeout(resolve, 50))
    return json(201, connected)()
  })
  const tabs = [completeConnect, elsewhere]
  const results = tabs.map((complete) => complete(once.client, { callbackUrl, transactions }))
  expect(await Promise.all(results)).toEqual([{ account: connected }, { account: connected }])
  expect(once.sent()).toHaveLength(1)
})

test('a tab whose turn comes after a network failure tries again', async () => {
  const { completeConnect: elsewhere } = await openTab()
  const transactions = localStorageTransactions()
  const { callbackUrl } = await comeBack({ transactions })
  const twice = clientWith([], lost, json(201, connected))
  const first = completeConnect(twice.client, { callbackUrl, transactions })
  const second = elsewhere(twice.client, { callbackUrl, transactions })
  await expect(first).rejects.toThrow('fetch failed')
  expect(await second).toEqual({ account: connected })
})

test('a tab that waits for its turn can give up', async () => {
  const { callbackUrl, transactions, state } = await comeBack()
  const once = clientWith([], json(201, connected))
  const abort = new AbortController()
  await navigator.locks.request(`connected-accounts.${state}`, async () => {
    const { signal } = abort
    const waiting = completeConnect(once.client, { callbackUrl, transactions, signal })
    await new Promise((resolve) => setTimeout(resolve, 50))
    abort.abort()
    await expect(waiting).rejects.toBe(abort.signal.reason)
  })
  expect(once.sent()).toHaveLength(0)
})

test('a tab that waits for its turn has a time limit', async () => {
  const { callbackUrl, transactions, state } = await comeBack()
  const once = hastyClientWith(50, [], json(201, connected))
  await navigator.locks.request(`connected-accounts.${state}`, async () => {
    const waiting = completeConnect(once.client, { callbackUrl, transactions })
    await expect(waiting).rejects.toMatchObject({ name: 'TimeoutError' })
  })
  expect(once.sent()).toHaveLength(0)
})

test('a tab whose store hangs keeps no other tab waiting for ever', async () => {
  const { completeConnect: elsewhere } = await openTab()
  const { callbackUrl, transactions } = await comeBack()
  const once = clientWith([], json(201, connected))
  const hanging = { ...transactions, set: () => new Promise<never>(() => {}) }
  const { client: hasty } = hastyClientWith(200, [], json(201, connected))
  const first = completeConnect(hasty, { callbackUrl, transactions: hanging })
  const second = elsewhere(once.client, { callbackUrl, transactions })
  await expect(first).rejects.toMatchObject({ name: 'TimeoutError' })
  expect((await second).account).toEqual(connected)
})

test('page closed between start and complete: another one completes from storage alone', async () => {
  const opener = await openTab()
  const { callbackUrl } = await comeBack({
    transactions: opener.localStorageTransactions(),
    user: 'auth0|alice',
    appState: { step: 2 },
    returnTo: '/settings',
  })
  opener.close()
  const reopened = await openTab()
  const completed = await reopened.completeConnect(clientWith([], json(201, connected)).client, {
    callbackUrl,
    transactions: reopened.localStorageTransactions(),
    user: 'auth0|alice',
  })
  expect(completed).toEqual({ account: connected, appState: { step: 2 }, returnTo: '/settings' })
})
