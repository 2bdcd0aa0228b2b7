import {
  type OpenUrl,
  useConnectAccount,
  useConnectedAccounts,
  useConnection,
} from '@connected-accounts/react'
import { expect, test, vi } from 'vitest'
import { render } from 'vitest-browser-react'
import { consent, createTestBed, origin, type TestBed, withEmulator } from './support.js'

withEmulator()

const redirectUri = 'http://localhost/connected'

function Connect({ mode }: { mode: 'redirect' | 'session' }) {
  const { connect, cancel, status, data, error } = useConnectAccount({ mode })
  const { data: accounts = [] } = useConnectedAccounts()
  return (
    <>
      <button type="button" onClick={() => connect({ connection: 'google-oauth2' })}>
        Connect
      </button>
      <button type="button" onClick={cancel}>
        Cancel
      </button>
      <output>
        {error ? `${Reflect.get(error, 'code') ?? error.message}` : status},{' '}
        {data?.account.connection ?? 'nothing'}, {accounts.length} listed
      </output>
    </>
  )
}

function Repair() {
  const { status, repair } = useConnection('google-oauth2', { mode: 'session' })
  return (
    <button type="button" onClick={() => repair()}>
      {status}
    </button>
  )
}

/** The page with a button that connects in an auth session. */
async function showSession(
  bed: TestBed,
  openUrl?: OpenUrl,
  mode: 'session' | 'redirect' = 'session',
) {
  const Page = bed.page
  const exits = { redirectUri, ...(openUrl && { openUrl }) }
  return render(
    <Page exits={exits}>
      <Connect mode={mode} />
    </Page>,
  )
}

const posts = ({ calls }: TestBed) => calls.filter((call) => call.startsWith('POST'))

test('navigate takes the place of window.location.assign: a test sees the URL, and the button is live again', async () => {
  const bed = createTestBed()
  const Page = bed.page
  const navigate = vi.fn()
  const screen = await render(
    <Page exits={{ redirectUri, navigate }}>
      <Connect mode="redirect" />
    </Page>,
  )
  await screen.getByText('Connect', { exact: true }).click()
  await expect
    .poll(() => navigate.mock.calls)
    .toEqual([[expect.stringContaining(`${origin()}/connect?ticket=`)]])
  await expect.element(screen.getByText('idle, nothing, 0 listed')).toBeVisible()
})

test('in an auth session the account is connected when the person is back, and is in the list', async () => {
  const bed = createTestBed()
  const openUrl = vi.fn((url: string) => consent(url))
  const screen = await showSession(bed, openUrl)
  await screen.getByText('Connect', { exact: true }).click()
  await expect.element(screen.getByText('success, google-oauth2, 1 listed')).toBeVisible()
  expect(openUrl).toHaveBeenCalledExactlyOnceWith(expect.any(String), redirectUri)
})

test('an auth session that the person closes is cancelled, and another one connects', async () => {
  const bed = createTestBed()
  const openUrl = vi.fn<OpenUrl>((url) => consent(url)).mockImplementationOnce(async () => null)
  const screen = await showSession(bed, openUrl)
  await screen.getByText('Connect', { exact: true }).click()
  await expect.element(screen.getByText('cancelled, nothing, 0 listed')).toBeVisible()
  await screen.getByText('Connect', { exact: true }).click()
  await expect.element(screen.getByText('success, google-oauth2, 1 listed')).toBeVisible()
})

test('consent refused in an auth session is access_denied', async () => {
  const screen = await showSession(createTestBed(), (url) => consent(url, 'cancel'))
  await screen.getByText('Connect', { exact: true }).click()
  await expect.element(screen.getByText('access_denied, nothing, 0 listed')).toBeVisible()
})

test('cancel() ends an auth session, and what comes back later connects nothing', async () => {
  const bed = createTestBed()
  let comeBack = () => {}
  const openUrl: OpenUrl = async (url) => {
    const callbackUrl = await consent(url)
    await new Promise<void>((resolve) => {
      comeBack = resolve
    })
    return callbackUrl
  }
  const screen = await showSession(bed, vi.fn(openUrl))
  await screen.getByText('Connect', { exact: true }).click()
  await expect.poll(() => posts(bed)).toHaveLength(1)
  await screen.getByText('Cancel').click()
  await expect.element(screen.getByText('cancelled, nothing, 0 listed')).toBeVisible()
  comeBack()
  expect(posts(bed)).toHaveLength(1)
})

test('pressing twice opens one auth session', async () => {
  const openUrl = vi.fn((url: string) => consent(url))
  const bed = createTestBed()
  const screen = await showSession(bed, openUrl)
  const button = screen.getByText('Connect', { exact: true }).element()
  const click = () => button.dispatchEvent(new MouseEvent('click', { bubbles: true }))
  // In one task, so that the second click always comes while the flow starts.
  click()
  click()
  await expect.element(screen.getByText('success, google-oauth2, 1 listed')).toBeVisible()
  expect(openUrl).toHaveBeenCalledOnce()
})

test('pressed again while an auth session is open: it is replaced by another one, which connects', async () => {
  const bed = createTestBed()
  const openUrl = vi.fn<OpenUrl>((url) => consent(url))
  openUrl.mockImplementationOnce(() => new Promise(() => {}))
  const screen = await showSession(bed, openUrl)
  await screen.getByText('Connect', { exact: true }).click()
  await expect.poll(() => openUrl.mock.calls).toHaveLength(1)
  await screen.getByText('Connect', { exact: true }).click()
  await expect.element(screen.getByText('success, google-oauth2, 1 listed')).toBeVisible()
})

test('without openUrl the error says what to pass, and nothing is sent', async () => {
  const bed = createTestBed()
  const screen = await showSession(bed)
  await screen.getByText('Connect', { exact: true }).click()
  await expect.element(screen.getByText(/^openUrl must be a function/)).toBeVisible()
  expect(posts(bed)).toEqual([])
})

test('a connection is repaired in an auth session where its hook has that mode', async () => {
  const Page = createTestBed().page
  const screen = await render(
    <Page exits={{ redirectUri, openUrl: (url) => consent(url) }}>
      <Repair />
    </Page>,
  )
  await screen.getByText('not_connected').click()
  await expect.element(screen.getByText('connected', { exact: true })).toBeVisible()
})
