import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest'
import {
  cancelFlow,
  connectInPopup,
  handleConnectCallback,
  openPopup,
} from '../src/browser/index.js'
import {
  createConnectedAccountsClient,
  localStorageTransactions,
  type Transaction,
  type TransactionStore,
} from '../src/index.js'
import { connected, redirectUri } from './flows.js'
import { json, observedClient, observedFetch, problem, rejection } from './observed-client.js'

// Windows that open outside of a click are blocked, so these are not real ones.
let urls: string[]
let open: Set<object>
const { href } = location
beforeEach(() => {
  urls = []
  open = new Set()
  localStorage.clear()
  vi.spyOn(window, 'close').mockImplementation(() => {})
  vi.spyOn(window, 'open').mockImplementation(() => {
    const location = { replace: (url: string) => void urls.push(url) }
    const opened = { location, opener: window, close: () => void open.delete(opened) }
    open.add(opened)
    return opened as unknown as Window // what a flow needs of one
  })
})
afterEach(() => {
  history.replaceState(null, '', href)
  vi.restoreAllMocks()
})

const connectResponse = {
  auth_session: 'session-1',
  connect_uri: 'https://tenant.example.test/connect',
  connect_params: { ticket: 't' },
  expires_in: 300,
}
const started = json(201, connectResponse)
const flow = { connection: 'github', user: 'auth0|alice', redirectUri }

type Answer = (request: Request) => Response | Promise<Response>

/** A server that starts flows, lists no accounts, and completes with these responses in turn. */
function serverOf(...completions: Answer[]) {
  const states: string[] = []
  const answer: Answer = async (request) => {
    if (request.method === 'GET') return json(200, { accounts: [] })()
    if (request.url.endsWith('/connect')) {
      states.push((await request.json()).state)
      return started()
    }
    const next = completions.length > 1 ? completions.shift() : completions[0]
    return next ? next(request) : problem(500)()
  }
  return { answer, states }
}

function clientOf(...completions: Answer[]) {
  const { answer, states } = serverOf(...completions)
  const { client, requests } = observedClient(answer)
  const completed = () => requests.filter(({ url }) => url.endsWith('/complete'))
  return { client, states, requests, completions: completed }
}

/** The user comes back: this page is the opener and the callback page in one. */
function comeBack(
  client: Parameters<typeof handleConnectCallback>[0]['client'],
  state = '',
  transactions?: TransactionStore,
) {
  history.replaceState(null, '', `?connect_code=c&state=${state}`)
  return handleConnectCallback({ client, transactions })
}

const completing = json(201, connected)
const neverAnswered: Answer = ({ signal }) =>
  new Promise((_, reject) => signal.addEventListener('abort', () => reject(signal.reason)))

describe('connectInPopup', () => {
  test('a flow in a popup that openPopup has opened is completed, and the window is closed', async () => {
    const { client, states } = clientOf(completing)
    const popup = openPopup()
    expect(open.size).toBe(1)
    const done = connectInPopup(client, { ...flow, popup })
    await expect.poll(() => urls).toHaveLength(1)
    expect(await comeBack(client, states[0])).toBe(true)
    expect((await done).account).toEqual(connected)
    expect(open.size).toBe(0)
  })

  test('the window is opened before the first await, and cannot reach its opener', () => {
    const abort = new AbortController()
    const { client } = clientOf(completing)
    void rejection(connectInPopup(client, { ...flow, signal: abort.signal }))
    expect([...open]).toMatchObject([{ opener: null }])
    cancelFlow(abort)
  })

  test('a blocked window is popup_blocked, and nothing is sent', async () => {
    vi.spyOn(window, 'open').mockReturnValue(null)
    const { client, requests } = clientOf(completing)
    expect(openPopup()).toBeUndefined()
    const error = await rejection(connectInPopup(client, { ...flow, popup: openPopup() }))
    expect(error).toMatchObject({ code: 'popup_blocked', connection: 'github' })
    expect(requests).toHaveLength(0)
  })

  test('a page whose address is too long to come back to connects all the same', async () => {
    history.replaceState(null, '', `?filter=${'a'.repeat(600)}`)
    const { client, states } = clientOf(completing)
    const done = connectInPopup(client, flow)
    await expect.poll(() => urls).toHaveLength(1)
    await comeBack(client, states[0])
    expect((await done).returnTo).toBe(location.pathname)
  })

  test('two flows at once do not disturb each other', async () => {
    const one = clientOf(completing)
    const other = clientOf(completing)
    const first = connectInPopup(one.client, flow)
    const second = connectInPopup(other.client, { ...flow, user: 'auth0|bob' })
    await expect.poll(() => urls).toHaveLength(2)
    await comeBack(other.client, other.states[0])
    expect((await second).account).toEqual(connected)
    expect(open.size).toBe(1)
    await comeBack(one.client, one.states[0])
    expect((await first).account).toEqual(connected)
  })

  test('a store that keeps only the documented fields is enough', async () => {
    const records = new Map<string, string>()
    const transactions: TransactionStore = {
      get(state) {
        const text = records.get(state)
        return text === undefined ? undefined : JSON.parse(text)
      },
      set(state, record) {
        const { connection, redirectUri, user, appState, returnTo, reconnectAccountId } = record
        const { loginHint, expiresAt, pending, account } = record
        const documented: Required<{ [Field in keyof Transaction]: unknown }> = {
          ...{ connection, redirectUri, user, appState, returnTo, reconnectAccountId },
          ...{ loginHint, expiresAt, pending, account },
        }
        records.set(state, JSON.stringify(documented))
      },
      delete: (state) => void records.delete(state),
    }
    const { client, states } = clientOf(completing)
    const done = connectInPopup(client, { ...flow, transactions })
    await expect.poll(() => urls).toHaveLength(1)
    expect(await comeBack(client, states[0], transactions)).toBe(true)
    expect((await done).account).toEqual(connected)
  })

  test('a completion that fails for a moment is tried again', async () => {
    const { client, states, completions } = clientOf(
      problem(429, {}, { 'retry-after': '0' }),
      completing,
    )
    const done = connectInPopup(client, flow)
    await expect.poll(() => urls).toHaveLength(1)
    await comeBack(client, states[0])
    expect((await done).account).toEqual(connected)
    expect(completions()).toHaveLength(2)
  })

  test('without a network the completion waits until it is back', async () => {
    const { client, states, completions } = clientOf(completing)
    const done = connectInPopup(client, flow)
    await expect.poll(() => urls).toHaveLength(1)
    let askedOffline = () => {}
    const isWaiting = new Promise<void>((resolve) => {
      askedOffline = resolve
    })
    const onLine = vi.spyOn(navigator, 'onLine', 'get').mockImplementation(() => {
      askedOffline()
      return false
    })
    const handled = comeBack(client, states[0])
    await isWaiting
    onLine.mockReturnValue(true)
    window.dispatchEvent(new Event('online'))
    expect((await done).account).toEqual(connected)
    expect(await handled).toBe(true)
    expect(completions()).toHaveLength(1)
  })

  test('a flow that lives longer than a timer can does not expire at once', async () => {
    const month = json(201, { ...connectResponse, expires_in: 2_592_000 })
    const { client } = observedClient(({ method }) =>
      method === 'GET' ? json(200, { accounts: [] })() : month(),
    )
    const abort = new AbortController()
    const ended = rejection(connectInPopup(client, { ...flow, signal: abort.signal }))
    await expect.poll(() => urls).toHaveLength(1)
    await new Promise((resolve) => setTimeout(resolve)) // a timer that is too long ends before this one
    cancelFlow(abort)
    expect(await ended).toMatchObject({ code: 'cancelled' })
  })

  test('a flow that is cancelled while its store notes the attempt leaves nothing that could complete it later', async () => {
    const kept = localStorageTransactions()
    let goOn = () => {}
    const gate = new Promise<void>((resolve) => {
      goOn = resolve
    })
    let isNoting = false
    const transactions: TransactionStore = {
      ...kept,
      async set(state, record, options) {
        if (record.pending?.attempted) {
          isNoting = true
          await gate
        }
        await kept.set(state, record, options)
      },
    }
    const { client, states, completions } = clientOf(completing)
    const abort = new AbortController()
    const ended = rejection(connectInPopup(client, { ...flow, transactions, signal: abort.signal }))
    await expect.poll(() => urls).toHaveLength(1)
    const handled = comeBack(client, states[0], transactions)
    await expect.poll(() => isNoting).toBe(true)
    cancelFlow(abort)
    await Promise.race([ended, new Promise((resolve) => setTimeout(resolve))])
    goOn()
    expect(await ended).toMatchObject({ code: 'cancelled' })
    expect(await handled).toBe(true)
    expect(completions()).toHaveLength(0)
    expect(Object.keys(localStorage)).toEqual([])
  })

  test('an abort ends the waiting for the network, and stops listening', async () => {
    const { client, states } = clientOf(completing)
    const abort = new AbortController()
    const ended = rejection(connectInPopup(client, { ...flow, signal: abort.signal }))
    await expect.poll(() => urls).toHaveLength(1)
    const listening = new Set<unknown>()
    const { addEventListener: add, removeEventListener: remove } = window
    let isWaiting = false
    vi.spyOn(window, 'addEventListener').mockImplementation((type: string, listener, options) => {
      add.call(window, type, listener, options)
      if (type !== 'online') return
      isWaiting = true
      listening.add(listener)
      const { signal } = Object(options)
      signal?.addEventListener('abort', () => listening.delete(listener))
    })
    vi.spyOn(window, 'removeEventListener').mockImplementation((type: string, listener) => {
      remove.call(window, type, listener)
      listening.delete(listener)
    })
    vi.spyOn(navigator, 'onLine', 'get').mockReturnValue(false)
    const handled = comeBack(client, states[0])
    await expect.poll(() => isWaiting).toBe(true)
    cancelFlow(abort)
    expect(await ended).toMatchObject({ code: 'cancelled' })
    expect(await handled).toBe(true)
    expect(listening.size).toBe(0)
  })

  test('an abort ends the waiting for the next try', async () => {
    const { client, states, completions } = clientOf(problem(429, {}, { 'retry-after': '50' }))
    const abort = new AbortController()
    const ended = rejection(connectInPopup(client, { ...flow, signal: abort.signal }))
    await expect.poll(() => urls).toHaveLength(1)
    const handled = comeBack(client, states[0])
    await expect.poll(completions).toHaveLength(1)
    const reason = new Error('enough')
    abort.abort(reason)
    expect(await ended).toBe(reason)
    expect(await handled).toBe(true)
    expect(completions()).toHaveLength(1)
  })

  test.for<[string, Answer]>([['while it completes', neverAnswered]])(
    'a flow that is cancelled %s leaves nothing that could complete it later',
    async ([, answer]) => {
      const { client, states, completions } = clientOf(answer)
      const abort = new AbortController()
      const ended = rejection(connectInPopup(client, { ...flow, signal: abort.signal }))
      await expect.poll(() => urls).toHaveLength(1)
      const handled = comeBack(client, states[0])
      await expect.poll(completions).toHaveLength(1)
      cancelFlow(abort)
      expect(await ended).toMatchObject({ code: 'cancelled' })
      expect(await handled).toBe(true)
      expect(completions()).toHaveLength(1)
      // If it may have connected an account, other flows must know; what completes it is gone.
      expect(JSON.stringify(localStorage)).not.toMatch(/codeVerifier|authSession/)
    },
  )

  test('a flow that is cancelled while its completion waits for a token is not completed by the callback page', async () => {
    const { answer, states } = serverOf(completing)
    const { fetch, requests } = observedFetch(answer)
    const hasToken = { domain: 'tenant.example.test', fetch }
    let tokens = 0
    let isWaiting = false
    const opener = createConnectedAccountsClient({
      ...hasToken,
      accessToken: () => {
        tokens += 1
        if (tokens <= 2) return Promise.resolve('token') // for the start and its list
        isWaiting = true
        return new Promise<never>(() => {})
      },
    })
    const callbackPage = createConnectedAccountsClient({ ...hasToken, accessToken: 'token' })
    const abort = new AbortController()
    const ended = rejection(connectInPopup(opener, { ...flow, signal: abort.signal }))
    await expect.poll(() => urls).toHaveLength(1)
    const handled = comeBack(callbackPage, states[0])
    await expect.poll(() => isWaiting).toBe(true)
    cancelFlow(abort)
    expect(await ended).toMatchObject({ code: 'cancelled' })
    expect(await handled).toBe(true)
    expect(requests.filter(({ url }) => url.endsWith('/complete'))).toHaveLength(0)
    expect(Object.keys(localStorage)).toEqual([])
  })
})

describe('handleConnectCallback', () => {
  test('a page whose state only looks like that of a popup is no callback of one', async () => {
    const { client } = clientOf(completing)
    expect(await comeBack(client, 'connect.popup.made-up')).toBe(false)
  })

  test('an abort ends the waiting for the opener', async () => {
    const { client, states } = clientOf(neverAnswered)
    const opener = new AbortController()
    const ended = rejection(connectInPopup(client, { ...flow, signal: opener.signal }))
    await expect.poll(() => urls).toHaveLength(1)
    history.replaceState(null, '', `?connect_code=c&state=${states[0]}`)
    const abort = new AbortController()
    const handled = rejection(handleConnectCallback({ client, signal: abort.signal }))
    await new Promise((resolve) => setTimeout(resolve, 50))
    const reason = new Error('enough')
    abort.abort(reason)
    expect(await handled).toBe(reason)
    cancelFlow(opener)
    expect(await ended).toMatchObject({ code: 'cancelled' })
  })
})
