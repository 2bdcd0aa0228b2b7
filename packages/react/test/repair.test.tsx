import { defineConnections } from '@connected-accounts/client'
import { useConnectCallback, useConnection } from '@connected-accounts/react'
import type { ReactNode } from 'react'
import { expect, test } from 'vitest'
import { renderHook } from 'vitest-browser-react'
import {
  consent,
  createTestBed,
  nextNavigation,
  seed,
  type TestBed,
  withEmulator,
} from './support.js'

withEmulator()

const drive = 'https://www.googleapis.com/auth/drive'

/** A page with Google's connection, which completes a flow if it is opened with a callback. */
async function openPage(bed: TestBed, options = {}) {
  const { result, unmount } = await renderHook(
    () => ({
      connection: useConnection('google-oauth2', options),
      callback: useConnectCallback(),
    }),
    { wrapper: bed.page },
  )
  const page = () => result.current
  return { unmount, connection: () => page().connection, callback: () => page().callback }
}

/** Repairs, does what the person does at the provider, and opens the page that the browser comes back to. */
async function repair(
  bed: TestBed,
  options: { accountId?: string; scopes?: string[]; loginHint?: string },
  decision: 'allow' | 'cancel' = 'allow',
) {
  const { send } = bed
  let body: Record<string, unknown> = {}
  bed.send = async (request) => {
    if (request.url.endsWith('/connect')) body = await request.clone().json()
    return send(request)
  }
  const before = await openPage(bed, options)
  await expect.poll(() => before.connection().status).not.toBe('pending')
  const left = nextNavigation()
  before.connection().repair({ appState: { step: 2 }, returnTo: '/settings' })
  const callbackUrl = await consent(await left, decision)
  await before.unmount()
  window.history.replaceState(null, '', callbackUrl)
  const after = createTestBed()
  return { body, after, page: await openPage(after, options) }
}

test('repair() asks for the union of the granted and the required scopes, with the login_hint', async () => {
  const [account] = await seed(1)
  const granted = account?.scopes ?? []
  const { body, page } = await repair(createTestBed(), {
    scopes: [String(granted[0]), drive],
    loginHint: 'alice@gmail.example',
  })
  expect(body.scopes).toEqual([...granted, drive])
  expect(body.authorization_params).toEqual({ login_hint: 'alice@gmail.example' })
  await expect.poll(() => page.connection().status).toBe('connected')
})

test('from not_connected repair() also asks for what the definitions need, so that no other component lacks scopes next', async () => {
  const calendar = 'https://www.googleapis.com/auth/calendar.readonly'
  const connections = defineConnections({
    calendar: { connection: 'google-oauth2', scopes: [calendar] },
  })
  const wrapper = (bed: TestBed) => (props: { children: ReactNode }) =>
    bed.page({ ...props, connections })
  const render = async (bed: TestBed) => {
    const both = () => ({
      files: useConnection('google-oauth2', { scopes: [drive] }),
      events: useConnection(connections.calendar),
      callback: useConnectCallback(),
    })
    return renderHook(both, { wrapper: wrapper(bed) })
  }
  const before = await render(createTestBed())
  await expect.poll(() => before.result.current.files.status).toBe('not_connected')
  expect(before.result.current.files.missingScopes).toEqual([drive])
  const left = nextNavigation()
  before.result.current.files.repair()
  const callbackUrl = await consent(await left)
  await before.unmount()
  window.history.replaceState(null, '', callbackUrl)
  const after = await render(createTestBed())
  await expect.poll(() => after.result.current.files.status).toBe('connected')
  expect(after.result.current.events.status).toBe('connected')
})

test('without a loginHint no parameters are sent, and without any scopes no scopes', async () => {
  const { body } = await repair(createTestBed(), {})
  expect(body.connection).toBe('google-oauth2')
  expect(body).not.toHaveProperty('authorization_params')
  expect(body).not.toHaveProperty('scopes')
})

test('what was given to repair() comes back, beside the account that was to be repaired', async () => {
  const [account] = await seed(1)
  const { page } = await repair(createTestBed(), {})
  await expect.poll(() => page.callback().status).toBe('success')
  expect(page.callback()).toMatchObject({
    appState: { step: 2 },
    returnTo: '/settings',
    reconnectAccountId: account?.id,
  })
})

test('another account than the one that was to be repaired is told', async () => {
  const [account] = await seed(1) // not the one that the person has at the provider
  const { page } = await repair(createTestBed(), { accountId: String(account?.id) })
  await expect.poll(() => page.connection().reconnectedAccount).toBeDefined()
  expect(page.connection().reconnectedAccount?.id).not.toBe(account?.id)
  expect(page.connection().isDifferentAccount).toBe(true)
})

test('the same account that comes back is no other, and the status follows', async () => {
  const first = await repair(createTestBed(), {})
  await expect.poll(() => first.page.connection().reconnectedAccount).toBeDefined()
  const accountId = first.page.connection().reconnectedAccount?.id
  expect(first.page.connection().isDifferentAccount).toBe(false)
  await first.page.unmount()
  const second = await repair(first.after, { accountId: String(accountId), scopes: [drive] })
  await expect.poll(() => second.page.connection().reconnectedAccount?.id).toBe(accountId)
  expect(second.page.connection().isDifferentAccount).toBe(false)
  await expect.poll(() => second.page.connection().status).toBe('connected')
})

test('a repair that the person refuses leaves the status, and says what it was for', async () => {
  const [account] = await seed(1)
  const { page } = await repair(createTestBed(), { scopes: [drive] }, 'cancel')
  await expect.poll(() => page.callback().status).toBe('error')
  expect(page.callback()).toMatchObject({ appState: { step: 2 }, reconnectAccountId: account?.id })
  await expect.poll(() => page.connection().status).toBe('missing_scopes')
  expect(page.connection().reconnectedAccount).toBeUndefined()
})

test('a flow that completes ends what was reported, also where the list stays as it was', async () => {
  const first = await repair(createTestBed(), {})
  await expect.poll(() => first.page.connection().status).toBe('connected')
  first.page.connection().reportGrantError({ code: 'connection_not_connected' })
  await expect.poll(() => first.page.connection().status).toBe('expired')
  const left = nextNavigation()
  first.page.connection().repair()
  const callbackUrl = await consent(await left, 'allow')
  await first.page.unmount()
  window.history.replaceState(null, '', callbackUrl)
  const page = await openPage(first.after) // as in a popup: the page and its cache live on
  await expect.poll(() => page.connection().status).toBe('connected')
})

test('a repair that cannot start says why', async () => {
  const bed = createTestBed()
  const { result } = await renderHook(() => useConnection('nowhere'), { wrapper: bed.page })
  await expect.poll(() => result.current.status).toBe('unavailable')
  result.current.repair()
  await expect.poll(() => result.current.repairError).toMatchObject({ code: 'not_found' })
  expect(result.current.isRepairing).toBe(false)
})
