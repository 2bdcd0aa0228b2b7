import { afterEach, beforeEach, expect, test, vi } from 'vitest'
import { connectInPopup, currentPopup } from '../src/browser/index.js'
import { redirectUri } from './flows.js'
import { json, observedClient, problem, rejection } from './observed-client.js'

// Windows that open outside of a click are blocked, so these are not real ones.
let urls: string[]
let open: Set<object>
beforeEach(() => {
  urls = []
  open = new Set()
  localStorage.clear()
  vi.spyOn(window, 'open').mockImplementation(() => {
    const location = { replace: (url: string) => void urls.push(url) }
    const opened = { location, close: () => void open.delete(opened) }
    open.add(opened)
    return opened as unknown as Window // what a flow needs of one
  })
})
afterEach(() => {
  currentPopup()?.cancel()
  vi.restoreAllMocks()
})

const started = json(201, {
  auth_session: 'session-1',
  connect_uri: 'https://tenant.example.test/connect',
  connect_params: { ticket: 't' },
  expires_in: 300,
})
const aborted = (signal: AbortSignal) =>
  new Promise((_, reject) => signal.addEventListener('abort', () => reject(signal.reason)))
const flow = { connection: 'github', user: 'auth0|alice', redirectUri }

test('of two popups that start at once the first is given up, and its window closed', async () => {
  const { client } = observedClient((request) =>
    request.method === 'GET' ? json(200, { accounts: [] })() : started(),
  )
  const first = rejection(connectInPopup(client, flow))
  const second = rejection(connectInPopup(client, flow))
  expect(await first).toMatchObject({ code: 'cancelled' })
  await expect.poll(() => urls).toHaveLength(1)
  expect(open.size).toBe(1)
  currentPopup()?.cancel()
  expect(await second).toMatchObject({ code: 'cancelled' })
})

test('a flow that is given up while it completes leaves nothing that could complete it later', async () => {
  let answer = () => {}
  const answered = new Promise<void>((resolve) => {
    answer = resolve
  })
  let state = ''
  const { client, requests } = observedClient(async (request) => {
    if (request.method === 'GET') return json(200, { accounts: [] })()
    if (request.url.endsWith('/connect')) {
      state = (await request.json()).state
      return started()
    }
    await Promise.race([answered, aborted(request.signal)])
    return problem(429)()
  })
  const given = rejection(connectInPopup(client, flow))
  await expect.poll(() => urls).toHaveLength(1)
  const channel = new BroadcastChannel(`connected-accounts.popup.${state}`)
  channel.postMessage(`${redirectUri}?connect_code=c&state=${state}`)
  channel.close()
  await expect.poll(() => requests.filter(({ url }) => url.endsWith('/complete'))).toHaveLength(1)
  currentPopup()?.cancel()
  expect(await given).toMatchObject({ code: 'cancelled' })
  answer()
  await new Promise((resolve) => setTimeout(resolve, 50))
  expect(Object.keys(localStorage)).toEqual([])
})
