import { sessionStorageTransactions, startConnect } from '@connected-accounts/client'
import { useConnectCallback, useConnectedAccounts } from '@connected-accounts/react'
import { focusManager, keepPreviousData, QueryClient } from '@tanstack/react-query'
import { expect, test } from 'vitest'
import { render, renderHook } from 'vitest-browser-react'
import {
  consent,
  createTestBed,
  failNext,
  startCalls,
  type TestBed,
  withEmulator,
} from './support.js'

withEmulator()

/** The callback URL of a flow that Alice started on this page, and that she allowed or cancelled at the provider. */
async function comeBack(
  { client }: TestBed,
  { decision = 'allow' as 'allow' | 'cancel', path = '/?tab=1' } = {},
): Promise<URL> {
  const { url } = await startConnect(client, {
    connection: 'google-oauth2',
    redirectUri: window.location.origin + path,
    transactions: sessionStorageTransactions(),
    user: 'auth0|alice',
    appState: { step: 2 },
    returnTo: '/settings',
  })
  const callback = new URL(await consent(url, decision))
  openPage(callback)
  return callback
}

/** As if the page had just been loaded with this URL. */
function openPage(url: URL | string): void {
  window.history.replaceState(null, '', url)
}

const completed = ({ calls }: TestBed) => calls.filter((call) => call.endsWith('/complete')).length

const withoutFunctions = (result: ReturnType<typeof useConnectCallback>) => ({
  ...result,
  retry: undefined,
  dismiss: undefined,
})

function Result() {
  const { status, account, error } = useConnectCallback()
  return <output>{account?.connection ?? error?.message ?? status}</output>
}

/** Notes what each render is given. */
function Recorder({ user, shown }: { user: string; shown: string[] }) {
  shown.push(`${user} ${useConnectCallback().account?.connection}`)
  return null
}

test('a callback is completed once under StrictMode, by two components, and gives back what was kept', async () => {
  const bed = createTestBed()
  await comeBack(bed)
  const { result } = await renderHook(() => [useConnectCallback(), useConnectCallback()] as const, {
    wrapper: bed.page,
  })
  expect(result.current[0].status).toBe('pending')
  await expect
    .poll(() => result.current.map(({ status }) => status))
    .toEqual(['success', 'success'])
  expect(result.current[0]).toMatchObject({
    account: { connection: 'google-oauth2' },
    appState: { step: 2 },
    returnTo: '/settings',
    error: null,
  })
  expect(completed(bed)).toBe(1)
})

test('the address bar loses the parameters of the callback and keeps the others letter for letter', async () => {
  const bed = createTestBed()
  const { search: parameters } = await comeBack(bed, { path: '/callback' })
  const url = `/callback?tab=a%20b&flag&${parameters.slice(1)}#section`
  window.history.replaceState({ usr: 'router' }, '', url)
  const { result } = await renderHook(() => useConnectCallback(), { wrapper: bed.page })
  await expect.poll(() => result.current.status).toBe('success')
  const { pathname, search, hash } = window.location
  expect(pathname + search + hash).toBe('/callback?tab=a%20b&flag#section')
  expect(window.history.state).toMatchObject({ usr: 'router' })
})

test('the list of accounts has the new account without being asked to', async () => {
  const bed = createTestBed()
  await comeBack(bed)
  const { result } = await renderHook(
    () => [useConnectedAccounts(), useConnectCallback()] as const,
    {
      wrapper: bed.page,
    },
  )
  await expect.poll(() => result.current[0].data?.length).toBe(1)
})

test('mounted again, it shows the result again and completes nothing', async () => {
  const bed = createTestBed()
  await comeBack(bed)
  const screen = await render(<Result />, { wrapper: bed.page })
  await expect.element(screen.getByRole('status')).toHaveTextContent('google-oauth2')
  await screen.unmount()
  const again = await render(<Result />, { wrapper: bed.page })
  await expect.element(again.getByRole('status')).toHaveTextContent('google-oauth2')
  expect(completed(bed)).toBe(1)
})

test('a success is reported once: a component that is mounted later gets it as repeated', async () => {
  const bed = createTestBed()
  await comeBack(bed)
  const first = await renderHook(() => useConnectCallback(), { wrapper: bed.page })
  await expect.poll(() => first.result.current.status).toBe('success')
  await first.rerender()
  expect(first.result.current.isRepeated).toBe(false)
  const second = await renderHook(() => useConnectCallback(), { wrapper: bed.page })
  await expect
    .poll(() => second.result.current)
    .toMatchObject({ status: 'success', isRepeated: true })
})

test('a success that was dismissed is gone everywhere on the page', async () => {
  const bed = createTestBed()
  await comeBack(bed)
  const { result } = await renderHook(() => [useConnectCallback(), useConnectCallback()] as const, {
    wrapper: bed.page,
  })
  await expect.poll(() => result.current[0].status).toBe('success')
  result.current[0].dismiss()
  await expect.poll(() => result.current.map(({ status }) => status)).toEqual(['idle', 'idle'])
  const later = await renderHook(() => useConnectCallback(), { wrapper: bed.page })
  expect(later.result.current.status).toBe('idle')
})

test('a refusal cannot be retried: retry() leaves it as it is', async () => {
  const bed = createTestBed()
  await comeBack(bed, { decision: 'cancel' })
  const { result } = await renderHook(() => useConnectCallback(), { wrapper: bed.page })
  await expect.poll(() => result.current.status).toBe('error')
  expect(result.current.canRetry).toBe(false)
  result.current.retry()
  await new Promise((resolve) => setTimeout(resolve, 100))
  expect(result.current.error).toMatchObject({ code: 'access_denied' })
})

test('on another page of the application it is idle', async () => {
  const bed = createTestBed()
  await comeBack(bed)
  const screen = await render(<Result />, { wrapper: bed.page })
  await expect.element(screen.getByRole('status')).toHaveTextContent('google-oauth2')
  await screen.unmount()
  window.history.pushState(null, '', '/elsewhere')
  const elsewhere = await render(<Result />, { wrapper: bed.page })
  await expect.element(elsewhere.getByRole('status')).toHaveTextContent('idle')
})

test('a consent that was refused is access_denied, nothing is sent, and the address bar is clean', async () => {
  const bed = createTestBed()
  await comeBack(bed, { decision: 'cancel' })
  const { result } = await renderHook(() => useConnectCallback(), { wrapper: bed.page })
  await expect.poll(() => result.current.status).toBe('error')
  expect(result.current).toMatchObject({
    error: { name: 'ConnectFlowError', code: 'access_denied', connection: 'google-oauth2' },
    appState: { step: 2 },
    returnTo: '/settings',
  })
  expect(completed(bed)).toBe(0)
  expect(window.location.search).toBe('?tab=1')
})

test.for(['/?code=a-code&state=a-state', '/?error=access_denied&state=a-state', '/?tab=1'])(
  'what is no callback of ours is left alone: %s',
  async (path) => {
    const bed = createTestBed()
    openPage(path)
    const { result } = await renderHook(() => useConnectCallback(), { wrapper: bed.page })
    expect(result.current.status).toBe('idle')
    await new Promise((resolve) => setTimeout(resolve, 100))
    expect(window.location.pathname + window.location.search).toBe(path)
    expect(bed.calls).toEqual([])
  },
)

test('a callback with a state that nobody knows is an error', async () => {
  const bed = createTestBed()
  openPage('/?connect_code=a-code&state=connect.nobody-knows-it')
  const { result } = await renderHook(() => useConnectCallback(), { wrapper: bed.page })
  await expect.poll(() => result.current.error).toMatchObject({ code: 'unknown_state' })
  expect(bed.calls).toEqual([])
})

test('it waits until somebody is logged in, with the address bar as it is', async () => {
  const bed = createTestBed()
  const callback = await comeBack(bed)
  const page = (user: 'nobody' | 'alice') => (
    <bed.page user={user}>
      <Result />
    </bed.page>
  )
  const screen = await render(page('nobody'))
  await new Promise((resolve) => setTimeout(resolve, 200))
  await expect.element(screen.getByRole('status')).toHaveTextContent('pending')
  expect(window.location.href).toBe(callback.href)
  expect(bed.calls.toSorted()).toEqual(startCalls)
  await screen.rerender(page('alice'))
  await expect.element(screen.getByRole('status')).toHaveTextContent('google-oauth2')
  expect(window.location.search).toBe('?tab=1')
})

test('a callback is remembered, whatever a router or a login SDK does to the address bar', async () => {
  const bed = createTestBed()
  await comeBack(bed)
  const screen = await render(<bed.page user="nobody">Restoring the session</bed.page>)
  openPage('/after-the-login-sdk')
  await screen.rerender(
    <bed.page>
      <Result />
    </bed.page>,
  )
  await expect.element(screen.getByRole('status')).toHaveTextContent('google-oauth2')
  expect(window.location.pathname).toBe('/after-the-login-sdk')
})

test.for(['allow', 'cancel'] as const)(
  'a refetch of everything, or a focused window, leaves the answer to %s as it is',
  async (decision) => {
    const bed = createTestBed()
    await comeBack(bed, { decision })
    const { result, rerender } = await renderHook(() => useConnectCallback(), { wrapper: bed.page })
    await expect.poll(() => result.current.status).not.toBe('pending')
    const before = withoutFunctions(result.current)
    sessionStorage.clear()
    await bed.queryClient.invalidateQueries()
    focusManager.setFocused(false)
    focusManager.setFocused(true)
    await new Promise((resolve) => setTimeout(resolve, 200))
    await rerender()
    expect(withoutFunctions(result.current)).toEqual(before)
  },
)

test('after a network failure retry() resumes', async () => {
  const bed = createTestBed()
  await comeBack(bed)
  const { send } = bed
  let down = true
  bed.send = (request) => (down ? Promise.reject(new Error('offline')) : send(request))
  const { result } = await renderHook(() => useConnectCallback(), { wrapper: bed.page })
  await expect.poll(() => result.current.error?.message).toBe('offline')
  expect(result.current.canRetry).toBe(true)
  down = false
  result.current.retry()
  await expect.poll(() => result.current.status).toBe('success')
})

test('cancelQueries() while a flow completes does not lose the account', async () => {
  const bed = createTestBed()
  await comeBack(bed)
  const { send } = bed
  let letThrough = () => {}
  bed.send = async (request) => {
    const response = await send(request)
    if (request.url.endsWith('/complete')) {
      await new Promise<void>((resolve) => {
        letThrough = resolve
      })
    }
    return response
  }
  const { result } = await renderHook(() => useConnectCallback(), { wrapper: bed.page })
  await expect.poll(() => completed(bed)).toBe(1)
  await bed.queryClient.cancelQueries()
  letThrough()
  await expect.poll(() => result.current.status).toBe('success')
  expect(completed(bed)).toBe(1)
})

test('a completion that fails for the moment is tried again by itself', async () => {
  const bed = createTestBed()
  await comeBack(bed)
  await failNext('completeConnectedAccountRequest', 429)
  const { result } = await renderHook(() => useConnectCallback(), { wrapper: bed.page })
  await expect.poll(() => result.current.status, { timeout: 3000 }).toBe('success')
  expect(completed(bed)).toBe(2)
})

test("the next user is never shown the former user's result, even where a QueryClient keeps previous data", async () => {
  const queryClient = new QueryClient({
    defaultOptions: { queries: { placeholderData: keepPreviousData } },
  })
  const bed = createTestBed({ queryClient })
  await comeBack(bed)
  const shown: string[] = []
  const page = (user: 'alice' | 'bob') => (
    <bed.page user={user}>
      <Recorder user={user} shown={shown} />
      <Result />
    </bed.page>
  )
  const screen = await render(page('alice'))
  await expect.element(screen.getByRole('status')).toHaveTextContent('google-oauth2')
  await screen.rerender(page('bob'))
  await expect.element(screen.getByRole('status')).toHaveTextContent('idle')
  expect(shown).toContain('alice google-oauth2')
  expect(shown).not.toContain('bob google-oauth2')
})

test('a component that shows the result keeps it while the router goes on', async () => {
  const bed = createTestBed()
  await comeBack(bed)
  const screen = await render(<Result />, { wrapper: bed.page })
  await expect.element(screen.getByRole('status')).toHaveTextContent('google-oauth2')
  window.history.replaceState(null, '', '/settings')
  await screen.rerender(<Result />)
  await expect.element(screen.getByRole('status')).toHaveTextContent('google-oauth2')
})

test('a callback that another user opens is refused, and completes once its own user is logged in', async () => {
  const bed = createTestBed()
  await comeBack(bed)
  const page = (user: 'alice' | 'bob') => (
    <bed.page user={user}>
      <Result />
    </bed.page>
  )
  const screen = await render(page('bob'))
  await expect.element(screen.getByText(/Another user started this flow/)).toBeVisible()
  expect(completed(bed)).toBe(0)
  await screen.rerender(page('alice'))
  await expect.element(screen.getByRole('status')).toHaveTextContent('google-oauth2')
})

test('a list whose first answer is from before the account was connected is asked for again', async () => {
  const bed = createTestBed()
  await comeBack(bed)
  const { send } = bed
  let complete = () => {}
  const completing = new Promise<void>((resolve) => {
    complete = resolve
  })
  let lists = 0
  bed.send = async (request) => {
    if (request.url.endsWith('/complete')) {
      const response = await send(request)
      complete()
      return response
    }
    lists += 1
    const answer = await send(request)
    if (lists > 1) return answer
    await completing // the answer that was read before is on its way until after the completion
    await new Promise((resolve) => setTimeout(resolve, 200))
    return answer
  }
  const { result } = await renderHook(
    () => ({ callback: useConnectCallback(), list: useConnectedAccounts() }),
    { wrapper: bed.page },
  )
  await expect.poll(() => result.current.callback.status).toBe('success')
  await expect.poll(() => result.current.list.data?.length).toBe(1)
})

test('a refused flow is the error of the hook, even if a QueryClient throws the errors of queries', async () => {
  const queryClient = new QueryClient({ defaultOptions: { queries: { throwOnError: true } } })
  const bed = createTestBed({ queryClient })
  await comeBack(bed, { decision: 'cancel' })
  const { result } = await renderHook(() => useConnectCallback(), { wrapper: bed.page })
  await expect.poll(() => result.current.error).toMatchObject({ code: 'access_denied' })
})
