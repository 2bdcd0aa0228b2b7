import { sessionStorageTransactions, startConnect } from '@connected-accounts/client'
import {
  useConnectAccount,
  useConnectCallback,
  useConnectedAccounts,
  useConnection,
  useDisconnectAccount,
} from '@connected-accounts/react'
import { useState } from 'react'
import { expect, test } from 'vitest'
import { render, renderHook } from 'vitest-browser-react'
import { consent, createTestBed, failNext, seed, type TestBed, withEmulator } from './support.js'

// What another user, another press or a late answer overtakes.
withEmulator()

const notConnected = { code: 'connection_not_connected' }
const sent = ({ calls }: TestBed, method: string) =>
  calls.filter((call) => call.startsWith(method)).length

/** The connection, and the `report` of the first render. */
function useFirstReport() {
  const google = useConnection('google-oauth2')
  const [first] = useState(() => google.reportGrantError)
  return { ...google, first }
}

/** The page is Alice's callback. */
async function comeBack({ client }: TestBed, decision: 'allow' | 'cancel') {
  const { url } = await startConnect(client, {
    connection: 'google-oauth2',
    redirectUri: `${window.location.origin}/?tab=1`,
    transactions: sessionStorageTransactions(),
    user: 'auth0|alice',
  })
  window.history.replaceState(null, '', await consent(url, decision))
}

function Result() {
  const { status, account, error } = useConnectCallback()
  return <output>{account?.connection ?? error?.message ?? status}</output>
}

test('a flow is started once, however often a QueryClient has mutations tried', async () => {
  const bed = createTestBed()
  bed.queryClient.setDefaultOptions({ mutations: { retry: 2, retryDelay: 1 } })
  const { result } = await renderHook(() => useConnectAccount(), { wrapper: bed.page })
  result.current.connect({ connection: 'nowhere' })
  await expect.poll(() => result.current.error).toMatchObject({ code: 'not_found' })
  expect(sent(bed, 'POST')).toBe(1)
})

test('after a flow that was completed a logout leaves the callback idle, not pending', async () => {
  const bed = createTestBed()
  await comeBack(bed, 'allow')
  const page = (user: 'alice' | 'nobody') => (
    <bed.page user={user}>
      <Result />
    </bed.page>
  )
  const screen = await render(page('alice'))
  await expect.poll(() => screen.container.textContent).toBe('google-oauth2')
  await screen.rerender(page('nobody'))
  await expect.poll(() => screen.container.textContent).toBe('idle')
})

test('the next user is not shown the error of the one who refused', async () => {
  const bed = createTestBed()
  await comeBack(bed, 'cancel')
  const page = (user: 'alice' | 'bob') => (
    <bed.page user={user}>
      <Result />
    </bed.page>
  )
  const screen = await render(page('alice'))
  await expect.poll(() => screen.container.textContent).toMatch('access_denied')
  await screen.rerender(page('bob'))
  await expect.poll(() => screen.container.textContent).toBe('idle')
})

test('a report of a call that failed before the list was there counts', async () => {
  await seed(1)
  const bed = createTestBed()
  const { result } = await renderHook(() => useConnection('google-oauth2'), { wrapper: bed.page })
  expect(result.current.status).toBe('pending')
  expect(result.current.reportGrantError(notConnected)).toBe(true)
  await expect.poll(() => result.current.status).toBe('expired')
})

test('a report by the function of an earlier render counts', async () => {
  await seed(1)
  const bed = createTestBed()
  const { result } = await renderHook(useFirstReport, { wrapper: bed.page })
  await expect.poll(() => result.current.status).toBe('connected')
  expect(result.current.first).not.toBe(result.current.reportGrantError)
  result.current.first(notConnected)
  await expect.poll(() => result.current.status).toBe('expired')
})

test('a report is followed where the list could not be fetched again', async () => {
  await seed(1)
  const bed = createTestBed()
  const { result } = await renderHook(() => useConnection('google-oauth2'), { wrapper: bed.page })
  await expect.poll(() => result.current.status).toBe('connected')
  await failNext('getConnectedAccounts', 403)
  await bed.queryClient.refetchQueries()
  await expect.poll(() => result.current.error).not.toBe(null)
  result.current.reportGrantError(notConnected)
  await expect.poll(() => result.current.status).toBe('expired')
})

test('repair() does nothing before it is known what was granted', async () => {
  await seed(1)
  const bed = createTestBed()
  const { result } = await renderHook(() => useConnection('google-oauth2'), { wrapper: bed.page })
  result.current.repair()
  await expect.poll(() => result.current.status).toBe('connected')
  expect(sent(bed, 'POST')).toBe(0)
})

test('disconnecting twice is one deletion, one that can be undone, and both have its result', async () => {
  const [account] = await seed(1)
  const bed = createTestBed()
  const id = String(account?.id)
  const revokeUrl = 'https://revoke.example.test/'
  const connections = { calendar: { connection: 'google-oauth2', revokeUrl } }
  const { result } = await renderHook(
    () => ({ list: useConnectedAccounts().data, ...useDisconnectAccount({ undoMs: 200 }) }),
    { wrapper: (props) => <bed.page {...props} connections={connections} /> },
  )
  await expect.poll(() => result.current.list?.length).toBe(1)
  const results = [result.current.mutateAsync(id), result.current.mutateAsync(id)]
  await expect.poll(() => result.current.undoable).toEqual([id])
  const done = { id, undone: false, revokeUrl }
  expect(await Promise.all(results)).toEqual([done, done])
  expect(sent(bed, 'DELETE')).toBe(1)
})

test('what can be undone for ever is not deleted at once', async () => {
  const [account] = await seed(1)
  const bed = createTestBed()
  const undoMs = Number.POSITIVE_INFINITY
  const { result } = await renderHook(() => useDisconnectAccount({ undoMs }), { wrapper: bed.page })
  result.current.mutate(String(account?.id))
  await expect.poll(() => result.current.undoable).toHaveLength(1)
  await new Promise((resolve) => setTimeout(resolve, 100))
  expect(sent(bed, 'DELETE')).toBe(0)
  result.current.undo()
})

test('what another tab connects does not take away what this page came back with', async () => {
  const bed = createTestBed()
  await comeBack(bed, 'allow')
  const { result } = await renderHook(
    () => ({ ...useConnection('google-oauth2'), callback: useConnectCallback() }),
    { wrapper: bed.page },
  )
  await expect.poll(() => result.current.reconnectedAccount).toBeDefined()
  const name = ['connected-accounts', bed.client.baseUrl, 'auth0|alice']
  const channel = new BroadcastChannel(JSON.stringify(name))
  const listed = sent(bed, 'GET')
  channel.postMessage([2, 'google-oauth2'])
  await expect.poll(() => sent(bed, 'GET')).toBeGreaterThan(listed)
  channel.close()
  expect(result.current.reconnectedAccount).toBeDefined()
})
