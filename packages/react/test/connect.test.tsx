import { useConnectAccount } from '@connected-accounts/react'
import { onlineManager } from '@tanstack/react-query'
import { expect, test } from 'vitest'
import { render, renderHook } from 'vitest-browser-react'
import { startOverHttp } from './emulators.js'
import {
  createTestBed,
  nextNavigation,
  slowPage,
  startCalls,
  type TestBed,
  withEmulator,
} from './support.js'

withEmulator(startOverHttp)

const google = { connection: 'google-oauth2' }

/** A button that says what state its flow is in. */
function Connect({ connection = 'google-oauth2' }) {
  const { connect, status, error } = useConnectAccount()
  return (
    <button type="button" onClick={() => connect({ connection })}>
      {connection} {error ? error.message : status}
    </button>
  )
}

const started = ({ calls }: TestBed) => calls.filter((call) => call.startsWith('POST')).length

/** The request that starts the next flow, and what its transaction is. */
function nextStart(bed: TestBed): Promise<Record<string, unknown>> {
  const { send } = bed
  return new Promise((resolve) => {
    bed.send = (request) => {
      if (request.method === 'POST') request.clone().json().then(resolve)
      return send(request)
    }
  })
}

function transaction(state: unknown): Record<string, unknown> {
  const [key = ''] = Object.keys(sessionStorage).filter((key) => key.endsWith(String(state)))
  return JSON.parse(sessionStorage.getItem(key) ?? '{}')
}

/** Has the requests that start a flow wait until they are let through. */
function holdStart(bed: TestBed): () => void {
  const { send } = bed
  let letThrough = () => {}
  const held = new Promise<void>((resolve) => {
    letThrough = resolve
  })
  bed.send = async (request) => {
    const response = await send(request)
    await held
    return response
  }
  return letThrough
}

/** Notes whether the page is left from now on. */
function watchNavigation(): () => boolean {
  let isLeft = false
  void nextNavigation().then(() => {
    isLeft = true
  })
  return () => isLeft
}

/** Changes the emulator's responses so that they lead to a page that never loads. A test can watch the page being left. */
function leadToSlowPage(bed: TestBed): void {
  const { send } = bed
  bed.send = async (request) => {
    const response = await send(request)
    const body = { ...(await response.json()), connect_uri: slowPage() }
    return Response.json(body, { status: response.status })
  }
}

test('connect() leaves the page for the connect page, with a ticket', async () => {
  const { page: App, calls } = createTestBed()
  const left = nextNavigation()
  const screen = await render(<Connect />, { wrapper: App })
  await screen.getByRole('button').click()
  const url = new URL(await left)
  expect(url.pathname).toMatch(/\/connect$/)
  expect(url.searchParams.get('ticket')).toBeTruthy()
  expect(calls.toSorted()).toEqual(startCalls)
})

test("by default a flow comes back to the page's origin, and then to the page it began on", async () => {
  window.history.replaceState(null, '', '/settings?tab=accounts#google')
  const bed = createTestBed()
  const start = nextStart(bed)
  const left = nextNavigation()
  const { result } = await renderHook(() => useConnectAccount(), { wrapper: bed.page })
  result.current.connect(google)
  const { redirect_uri, state } = await start
  await left
  expect(redirect_uri).toBe(window.location.origin)
  expect(transaction(state)).toMatchObject({
    user: 'auth0|alice',
    returnTo: '/settings?tab=accounts#google',
  })
})

test('scopes, parameters, appState and returnTo are passed on', async () => {
  const bed = createTestBed()
  const start = nextStart(bed)
  const left = nextNavigation()
  const { result } = await renderHook(() => useConnectAccount(), { wrapper: bed.page })
  result.current.connect({
    ...google,
    scopes: ['openid', 'profile'],
    authorizationParams: { login_hint: 'alice@example.test' },
    appState: { step: 2 },
    returnTo: '/done',
  })
  const body = await start
  await left
  expect(body).toMatchObject({
    scopes: ['openid', 'profile'],
    authorization_params: { login_hint: 'alice@example.test' },
  })
  expect(transaction(body.state)).toMatchObject({ appState: { step: 2 }, returnTo: '/done' })
})

test('pressing twice starts one flow, on one button or on two', async () => {
  const bed = createTestBed()
  const left = nextNavigation()
  const screen = await render(
    <>
      <Connect />
      <Connect connection="github" />
    </>,
    { wrapper: bed.page },
  )
  const buttons = screen.container.querySelectorAll('button')
  for (const button of [...buttons, ...buttons]) button.click()
  await left
  expect(started(bed)).toBe(1)
})

test('it stays pending until the page is left, and a stopped navigation gives a live button back', async () => {
  const bed = createTestBed()
  leadToSlowPage(bed)
  const screen = await render(<Connect />, { wrapper: bed.page })
  const button = screen.getByRole('button')
  await button.click()
  await expect.poll(() => started(bed)).toBe(1)
  await new Promise((resolve) => setTimeout(resolve, 300))
  await expect.element(button).toHaveTextContent('google-oauth2 pending')
  window.stop()
  await expect.element(button).toHaveTextContent('google-oauth2 idle')
  const left = nextNavigation()
  await button.click()
  await left
  expect(started(bed)).toBe(2)
})

test('a page that the back/forward cache restores has a live button', async () => {
  const bed = createTestBed()
  leadToSlowPage(bed)
  const screen = await render(<Connect />, { wrapper: bed.page })
  const button = screen.getByRole('button')
  await button.click()
  await expect.element(button).toHaveTextContent('google-oauth2 pending')
  await expect.poll(() => started(bed)).toBe(1)
  await new Promise((resolve) => setTimeout(resolve, 300))
  window.dispatchEvent(new PageTransitionEvent('pageshow', { persisted: true }))
  await expect.element(button).toHaveTextContent('google-oauth2 idle')
  const left = nextNavigation()
  await button.click()
  await left
  expect(started(bed)).toBe(2)
})

test('a connection that is not enabled is an error, and the button is live', async () => {
  const bed = createTestBed()
  const { result } = await renderHook(() => useConnectAccount(), { wrapper: bed.page })
  result.current.connect({ connection: 'nowhere' })
  await expect.poll(() => result.current.error).toMatchObject({ code: 'not_found' })
  const left = nextNavigation()
  result.current.connect(google)
  await left
  expect(started(bed)).toBe(2)
})

test('while nobody is logged in nothing is sent', async () => {
  const bed = createTestBed()
  const { result } = await renderHook(() => useConnectAccount(), {
    wrapper: ({ children }) => <bed.page user="nobody">{children}</bed.page>,
  })
  result.current.connect(google)
  await expect.poll(() => result.current.error?.message).toMatch(/Nobody is logged in/)
  expect(started(bed)).toBe(0)
})

test('without a network it fails at once, rather than leave the page much later', async () => {
  const bed = createTestBed()
  bed.send = () => fetch('http://localhost:9') // nothing listens there
  const { result } = await renderHook(() => useConnectAccount(), { wrapper: bed.page })
  onlineManager.setOnline(false)
  try {
    result.current.connect(google)
    await expect.poll(() => result.current.error).toBeInstanceOf(TypeError)
  } finally {
    onlineManager.setOnline(true)
  }
})

test('cancel() ends a redirect that is starting: the page stays, with the error cancelled', async () => {
  const bed = createTestBed()
  const letThrough = holdStart(bed)
  const left = watchNavigation()
  const { result } = await renderHook(() => useConnectAccount(), { wrapper: bed.page })
  result.current.connect(google)
  await expect.poll(() => result.current.isPending).toBe(true)
  result.current.cancel()
  letThrough()
  await expect.poll(() => result.current.error).toMatchObject({ code: 'cancelled' })
  await new Promise((resolve) => setTimeout(resolve, 200))
  expect(left()).toBe(false)
})

test('cancel() and connect() in one handler begin another flow', async () => {
  const bed = createTestBed()
  const letThrough = holdStart(bed)
  const left = nextNavigation()
  const { result } = await renderHook(() => useConnectAccount(), { wrapper: bed.page })
  result.current.connect(google)
  await expect.poll(() => started(bed)).toBe(1)
  result.current.cancel()
  result.current.connect({ connection: 'github' })
  letThrough()
  await left
  expect(started(bed)).toBe(2)
  expect(result.current.variables).toMatchObject({ connection: 'github' })
  expect(result.current).toMatchObject({ status: 'pending', error: null })
})

test.for(['a logout', 'an unmount'])(
  'a redirect that is starting does not leave the page after %s',
  async (end) => {
    const bed = createTestBed()
    const letThrough = holdStart(bed)
    const left = watchNavigation()
    const page = (user: 'alice' | 'nobody') => (
      <bed.page user={user}>
        <Connect />
      </bed.page>
    )
    const screen = await render(page('alice'))
    await screen.getByRole('button').click()
    await expect.poll(() => started(bed)).toBe(1)
    if (end === 'a logout') await screen.rerender(page('nobody'))
    else await screen.unmount()
    letThrough()
    await new Promise((resolve) => setTimeout(resolve, 200))
    expect(left()).toBe(false)
  },
)
