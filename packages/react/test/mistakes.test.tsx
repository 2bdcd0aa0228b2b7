import { createConnectedAccountsClient, memoryTransactions } from '@connected-accounts/client'
import { connectInPopup } from '@connected-accounts/client/browser'
import {
  ConnectedAccountsProvider,
  type ConnectedAccountsProviderProps,
  connectedAccountsQueries,
  handleConnectCallback,
  useConnectAccount,
  useConnectCallback,
  useConnectedAccounts,
} from '@connected-accounts/react'
import {
  dehydrate,
  HydrationBoundary,
  QueryClient,
  QueryClientProvider,
} from '@tanstack/react-query'
import { StrictMode } from 'react'
import { afterEach, beforeEach, expect, test, vi } from 'vitest'
import { render, renderHook } from 'vitest-browser-react'
import { consent, createTestBed, nextNavigation, seed, withEmulator } from './support.js'

withEmulator()

const warnings: string[] = []
const aMoment = 3000

beforeEach(() => {
  vi.spyOn(console, 'warn').mockImplementation((message) => warnings.push(String(message)))
  vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout'] })
})
afterEach(() => {
  vi.useRealTimers()
  vi.restoreAllMocks()
  warnings.length = 0
})

/** Connects by a redirect, and is at the callback then. */
async function comeBack() {
  const left = nextNavigation()
  const { result, unmount } = await renderHook(() => useConnectAccount(), {
    wrapper: createTestBed().page,
  })
  result.current.connect({ connection: 'google-oauth2' })
  const callbackUrl = await consent(await left)
  await unmount()
  window.history.replaceState(null, '', callbackUrl)
}

function Callback() {
  return <output>{useConnectCallback().status}</output>
}

function Accounts() {
  return <output>{useConnectedAccounts().data?.length}</output>
}

/** The providers of a page, under StrictMode. */
function Page(props: ConnectedAccountsProviderProps & { queryClient?: QueryClient }) {
  const { queryClient = new QueryClient() } = props
  return (
    <StrictMode>
      <QueryClientProvider client={queryClient}>
        <ConnectedAccountsProvider {...props} />
      </QueryClientProvider>
    </StrictMode>
  )
}

test('a callback that useConnectCallback completes is no mistake', async () => {
  await comeBack()
  const screen = await render(<Callback />, { wrapper: createTestBed().page })
  await vi.advanceTimersByTimeAsync(aMoment)
  await expect.element(screen.getByText('success')).toBeVisible()
  expect(warnings).toEqual([])
})

test('a callback that no component completes is said once, with the line that is missing', async () => {
  await comeBack()
  const { page: Wrapper } = createTestBed()
  const screen = await render(<Wrapper user="nobody">The application</Wrapper>)
  await vi.advanceTimersByTimeAsync(aMoment)
  expect(warnings).toEqual([]) // the hook, too, waits for the login
  await screen.rerender(<Wrapper>The application</Wrapper>)
  await vi.advanceTimersByTimeAsync(aMoment - 1)
  expect(warnings).toEqual([])
  await vi.advanceTimersByTimeAsync(1)
  await expect.poll(() => warnings).toEqual([expect.stringContaining('= useConnectCallback()')])
  expect(warnings[0]).not.toContain('connect_code=')
  await screen.unmount()
  await render(<Wrapper>The application</Wrapper>)
  await vi.advanceTimersByTimeAsync(aMoment)
  expect(warnings).toHaveLength(1)
})

/** Connects in a popup up to its callback, with this page as the popup's, too. */
async function comeBackInPopup(signal: AbortSignal) {
  const { client } = createTestBed()
  const transactions = memoryTransactions()
  const flow = { connection: 'google-oauth2', user: 'auth0|alice', transactions, signal }
  const left = new Promise<string>((navigate) => {
    const popup = { navigate, close: () => undefined }
    connectInPopup(client, { ...flow, popup }).catch(() => undefined) // if the test ends it
  })
  const url = await consent(await left)
  window.history.replaceState(null, '', url)
  const page = (
    <Page client={client} user="auth0|alice" transactions={transactions}>
      <Callback />
    </Page>
  )
  return { url, client, transactions, page }
}

test("a popup's page that hands the callback over is no mistake; one that forgets it is told, once", async () => {
  const controller = new AbortController()
  const { signal } = controller
  vi.useRealTimers()
  const handled = await comeBackInPopup(signal)
  expect(await handleConnectCallback(handled)).toBe(true)
  const forgotten = await comeBackInPopup(signal)
  vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout'] })
  for (const [{ url, page }, count] of [
    [handled, 0],
    [forgotten, 1],
    [forgotten, 1],
  ] as const) {
    window.history.replaceState(null, '', url)
    const screen = await render(page)
    await vi.advanceTimersByTimeAsync(aMoment)
    await screen.unmount()
    const told = warnings.filter((text) => text.includes('await handleConnectCallback({'))
    expect(told).toHaveLength(count)
  }
  controller.abort()
})

test('a prefetched list whose baseUrl is a URL, while that of the page is a path, is told', async () => {
  vi.useRealTimers()
  await seed(2)
  const bed = createTestBed()
  const whole = `${window.location.origin}/api/me/v1`
  const at = (baseUrl: string) =>
    createConnectedAccountsClient({
      baseUrl,
      fetch: () => bed.send(new Request(`${bed.client.baseUrl}/connected-accounts/accounts`)),
    })
  const prefetched = async (baseUrl: string, user = 'auth0|alice') => {
    const queryClient = new QueryClient()
    const data = {
      queryKey: connectedAccountsQueries({ client: at(baseUrl), user }).accounts().queryKey,
    }
    queryClient.setQueryData(data.queryKey, [])
    return dehydrate(queryClient)
  }
  const show = async (baseUrl: string, state: Awaited<ReturnType<typeof prefetched>>) => {
    const screen = await render(
      <Page client={at(baseUrl)} user="auth0|alice">
        <HydrationBoundary state={state}>
          <Accounts />
        </HydrationBoundary>
      </Page>,
    )
    await screen.unmount()
  }
  await show(whole, await prefetched(whole))
  await show('/api/me/v1', await prefetched('/api/me/v1'))
  await show('/api/me/v1', await prefetched(whole, 'auth0|bob'))
  await show('https://one.example/me/v1', await prefetched('https://other.example/me/v1'))
  await show('/other/me/v1', await prefetched(whole))
  expect(warnings).toEqual([])
  await show('/api/me/v1', await prefetched(whole))
  expect(warnings).toEqual([
    expect.stringContaining(`createConnectedAccountsClient({ baseUrl: '${whole}' })`),
  ])
})
