import { createHash, randomBytes } from 'node:crypto'
import { takeAwayGlobals } from '@connected-accounts/testing/native/globals'
import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest'
import {
  connectByRedirect,
  connectInPopup,
  connectInSession,
  getPendingCallback,
  isPhone,
  openPopup,
} from '../src/browser/index.js'
import { createDpop, loadDpopKeyPair } from '../src/dpop/create-dpop.js'
import {
  type ClientCrypto,
  completeConnect,
  createConnectedAccountsClient,
  listConnectedAccounts,
  memoryTransactions,
  startConnect,
} from '../src/index.js'
import { refreshTokenSource } from '../src/tokens/refresh-token-source.js'
import { connected } from './flows.js'
import { json, observedFetch, rejection } from './observed-client.js'

const { subtle } = globalThis.crypto // as the test itself needs it
beforeEach(takeAwayGlobals)
afterEach(() => {
  vi.unstubAllGlobals()
  vi.useRealTimers()
})

// The shapes of expo-crypto: `digest(SHA256, data)` returns a promise of an ArrayBuffer, `getRandomBytes(count)` a Uint8Array.
const crypto: ClientCrypto = {
  sha256: async (data) => new Uint8Array(createHash('sha256').update(data).digest()).buffer,
  randomBytes: (count) => new Uint8Array(randomBytes(count)),
}

const connectUri = 'https://tenant.example.test/connect'
const started = json(201, {
  auth_session: 'session-1',
  connect_uri: connectUri,
  connect_params: { ticket: 't1' },
  expires_in: 300,
})

/** A client in an app, at a tenant that lists no accounts, starts every flow and completes it. */
function createApp(options: { crypto?: ClientCrypto } = { crypto }) {
  const { fetch, requests } = observedFetch((request) => {
    if (request.method === 'GET') return json(200, { accounts: [] })()
    return request.url.endsWith('/connect') ? started() : json(201, connected)()
  })
  const client = createConnectedAccountsClient({
    domain: 'tenant.example.test',
    accessToken: 'bearer-token',
    fetch,
    ...options,
  })
  const sent = async () => {
    const posts = requests.filter(({ method }) => method === 'POST')
    return Promise.all(posts.map((request) => request.clone().json()))
  }
  return { client, requests, sent }
}

const redirectUri = 'myapp://connected'
const flow = { connection: 'github', redirectUri, user: 'auth0|alice' }

/** An auth session in which the person comes back to the flow that the app has started. */
function comesBack(sent: () => Promise<{ state?: string }[]>) {
  return vi.fn(async (_url: string, callback: string) => {
    const [{ state } = {}] = await sent()
    return `${callback}?connect_code=code-1&state=${state}`
  })
}

describe('without Web Crypto', () => {
  test('a flow uses the functions of the platform: the challenge is the hash of the verifier (RFC 7636 §4.2)', async () => {
    const { client, sent } = createApp()
    const openUrl = comesBack(sent)
    const { account } = await connectInSession(client, { ...flow, openUrl })
    expect(account).toEqual(connected)
    const [start, complete] = await sent()
    const { code_verifier: verifier } = complete
    expect(verifier).toMatch(/^[\w-]{43}$/)
    expect(start.code_challenge).toBe(createHash('sha256').update(verifier).digest('base64url'))
  })

  test('without those functions it is crypto_unavailable, which names them, and nothing is sent or stored', async () => {
    const { client, requests } = createApp({})
    const transactions = memoryTransactions()
    const set = vi.spyOn(transactions, 'set')
    await expect(startConnect(client, { ...flow, transactions })).rejects.toMatchObject({
      code: 'crypto_unavailable',
      message: expect.stringMatching(/React Native.*`crypto`/),
    })
    expect(requests).toHaveLength(0)
    expect(set).not.toHaveBeenCalled()
  })

  test.for<[string, Partial<ClientCrypto>]>([
    ['random bytes that are too few', { randomBytes: () => new Uint8Array(16) }],
    ['a hash in hexadecimal', { sha256: () => Buffer.from('ab'.repeat(32)) }],
  ])('refuses %s, and sends nothing', async ([, wrong]) => {
    const { client, requests } = createApp({ crypto: { ...crypto, ...wrong } })
    const starting = startConnect(client, { ...flow, transactions: memoryTransactions() })
    await expect(starting).rejects.toThrow(/^crypto\.sha256 and crypto\.randomBytes.*32 bytes/)
    expect(requests).toHaveLength(0)
  })

  test.for(['sha256', 'randomBytes'] as const)('a crypto without %s is refused', (name) => {
    const incomplete: ClientCrypto = Object.assign({ ...crypto }, { [name]: undefined })
    expect(() => createApp({ crypto: incomplete })).toThrow(`crypto.${name} must be a function`)
  })

  test('functions that never end are a TimeoutError', async () => {
    vi.useFakeTimers()
    const { client } = createApp({ crypto: { ...crypto, sha256: () => new Promise(() => {}) } })
    const starting = rejection(
      startConnect(client, { ...flow, transactions: memoryTransactions() }),
    )
    await vi.advanceTimersByTimeAsync(30_000)
    expect(await starting).toMatchObject({ name: 'TimeoutError' })
  })

  test('there is no prover, whoever has made the key pair, and no database is created', async () => {
    const algorithm = { name: 'ECDSA', namedCurve: 'P-256' }
    const keyPair = await subtle.generateKey(algorithm, false, ['sign', 'verify'])
    for (const made of [createDpop(), createDpop({ keyPair }), loadDpopKeyPair('auth0|alice')]) {
      await expect(made).rejects.toMatchObject({ code: 'crypto_unavailable' })
    }
  })
})

describe('in an auth session', () => {
  test('the platform opens the connect URL, and is told where the person comes back', async () => {
    const { client, sent } = createApp()
    const openUrl = comesBack(sent)
    const completed = await connectInSession(client, {
      ...flow,
      openUrl,
      appState: { step: 2 },
      returnTo: '/settings',
    })
    expect(openUrl).toHaveBeenCalledExactlyOnceWith(`${connectUri}?ticket=t1`, redirectUri)
    expect(completed).toMatchObject({ appState: { step: 2 }, returnTo: '/settings' })
  })

  test.for<[string, string | null | undefined]>([
    ['undefined', undefined],
    ['null', null],
    ['empty text', ''],
  ])(
    'a window that the person closed, told by %s, is cancelled, and the flow cannot be completed later',
    async ([, closed]) => {
      const { client, sent } = createApp()
      const transactions = memoryTransactions()
      const options = { ...flow, transactions, openUrl: () => closed }
      const error = await rejection(connectInSession(client, options))
      expect(error).toMatchObject({ code: 'cancelled', connection: 'github' })
      const [{ state }] = await sent()
      expect(await transactions.get(state)).toBeUndefined()
    },
  )

  test.for([
    'myapp://connected',
    'myapp://connected?connect_code=c&state=connect.of-another-flow',
    'not a URL',
  ])('%s is not taken for the callback', async (url) => {
    const { client, sent } = createApp()
    const transactions = memoryTransactions()
    const options = { ...flow, transactions, openUrl: async () => url }
    await expect(connectInSession(client, options)).rejects.toMatchObject({
      code: 'not_a_callback',
    })
    const posts = await sent()
    expect(posts).toHaveLength(1)
    expect(await transactions.get(posts[0].state)).toBeUndefined()
  })

  test('an error of the platform passes as it is, and ends the flow', async () => {
    const { client, sent } = createApp()
    const transactions = memoryTransactions()
    const failure = new Error('There is no browser')
    const openUrl = () => {
      throw failure
    }
    expect(await rejection(connectInSession(client, { ...flow, transactions, openUrl }))).toBe(
      failure,
    )
    const [{ state }] = await sent()
    expect(await transactions.get(state)).toBeUndefined()
  })

  test('an abort ends the flow while the window is open', async () => {
    const { client, sent } = createApp()
    const transactions = memoryTransactions()
    const controller = new AbortController()
    const openUrl = vi.fn(() => new Promise<string>(() => {}))
    const options = { ...flow, transactions, openUrl, signal: controller.signal }
    const ended = rejection(connectInSession(client, options))
    await vi.waitFor(() => expect(openUrl).toHaveBeenCalled())
    controller.abort(new Error('logged out'))
    expect(await ended).toMatchObject({ message: 'logged out' })
    const [{ state }] = await sent()
    expect(await transactions.get(state)).toBeUndefined()
  })

  test('a person who never comes back: expired, and the flow cannot be completed later', async () => {
    vi.useFakeTimers()
    const { client, sent } = createApp()
    const transactions = memoryTransactions()
    const openUrl = vi.fn(() => new Promise<string>(() => {}))
    const ended = rejection(connectInSession(client, { ...flow, transactions, openUrl }))
    await vi.advanceTimersByTimeAsync(0)
    expect(openUrl).toHaveBeenCalled()
    await vi.advanceTimersByTimeAsync(300_000)
    expect(await ended).toMatchObject({ code: 'expired', connection: 'github' })
    const [{ state }] = await sent()
    expect(await transactions.get(state)).toBeUndefined()
  })

  test('without openUrl it is a TypeError, and nothing is sent', async () => {
    const { client, requests } = createApp()
    const options = { ...flow, openUrl: undefined as never } // as a caller without types
    await expect(connectInSession(client, options)).rejects.toThrow(/^openUrl must be a function/)
    expect(requests).toHaveLength(0)
  })

  test('an app that was killed meanwhile completes from its own store, with startConnect and completeConnect', async () => {
    const records = new Map<string, string>()
    // The shape of an async storage, which keeps text only.
    const transactions = {
      get: async (state: string) => JSON.parse(records.get(state) ?? 'null') ?? undefined,
      set: async (state: string, record: object) => void records.set(state, JSON.stringify(record)),
      delete: async (state: string) => void records.delete(state),
    }
    const { client } = createApp()
    const { state } = await startConnect(client, { ...flow, transactions })
    const callbackUrl = `${redirectUri}?connect_code=code-1&state=${state}`
    const completing = completeConnect(createApp().client, { ...flow, callbackUrl, transactions })
    expect((await completing).account).toEqual(connected)
  })
})

describe('without a page', () => {
  test('there is no callback, also where Expo has a location without a history', () => {
    expect(getPendingCallback()).toBeUndefined()
    vi.stubGlobal('location', { href: `http://localhost:8081/?connect_code=c&state=connect.a` })
    expect(getPendingCallback()).toBeUndefined()
  })

  test('a redirect goes through navigate, with the redirectUri that it is given', async () => {
    const { client } = createApp()
    const navigate = vi.fn()
    const options = { ...flow, navigate, transactions: memoryTransactions() }
    expect(await connectByRedirect(client, options)).toBeUndefined()
    expect(navigate).toHaveBeenCalledExactlyOnceWith(`${connectUri}?ticket=t1`)
  })

  test('a redirect that cannot be made is a TypeError, and nothing is sent', async () => {
    const { client, requests } = createApp()
    await expect(connectByRedirect(client, flow)).rejects.toThrow(/^navigate must be a function/)
    expect(requests).toHaveLength(0)
  })

  test('a navigate that is no function is a TypeError, also on a page, and nothing is sent', async () => {
    vi.stubGlobal('location', { origin: 'https://app.example.test' })
    const { client, requests } = createApp()
    const options = { ...flow, navigate: 'https://app.example.test' as never } // without types
    await expect(connectByRedirect(client, options)).rejects.toThrow(/^navigate must be a function/)
    expect(requests).toHaveLength(0)
  })

  test('a redirect without a redirectUri is invalid_request', async () => {
    const { client, requests } = createApp()
    const options = { connection: 'github', navigate: vi.fn(), transactions: memoryTransactions() }
    await expect(connectByRedirect(client, options)).rejects.toMatchObject({
      code: 'invalid_request',
      message: expect.stringContaining('redirectUri'),
    })
    expect(requests).toHaveLength(0)
  })

  test('a popup is popup_blocked, and nothing is sent', async () => {
    const { client, requests } = createApp()
    expect(isPhone()).toBe(false)
    expect(openPopup()).toBeUndefined()
    await expect(connectInPopup(client, flow)).rejects.toMatchObject({ code: 'popup_blocked' })
    expect(requests).toHaveLength(0)
  })

  test('a popup of a runtime that can open windows but has no BroadcastChannel, such as jsdom, is popup_blocked', async () => {
    const open = vi.fn()
    vi.stubGlobal('open', open)
    const { client, requests } = createApp()
    await expect(connectInPopup(client, flow)).rejects.toMatchObject({ code: 'popup_blocked' })
    expect(open).not.toHaveBeenCalled()
    expect(requests).toHaveLength(0)
  })
})

describe('with what React Native has of a platform', () => {
  test('its own URL is refused at once, and the polyfill is named', () => {
    vi.stubGlobal('URL', class {})
    expect(() => createApp()).toThrow('react-native-url-polyfill/auto')
  })

  test('an access token is refreshed, by a form that its fetch can send', async () => {
    const { fetch, requests } = observedFetch(
      json(200, { access_token: 'at', token_type: 'Bearer', expires_in: 60, scope: '' }),
    )
    const accessToken = refreshTokenSource({
      domain: 'tenant.example.test',
      clientId: 'native',
      refreshToken: () => 'refresh&token',
      fetch,
    })
    const token = await accessToken({ audience: '', scope: '', forceRefresh: false })
    expect(token).toMatchObject({ accessToken: 'at' })
    const [request] = requests
    expect(request?.headers.get('content-type')).toBe('application/x-www-form-urlencoded')
    const form = Object.fromEntries(new URLSearchParams(await request?.text()))
    expect(form).toMatchObject({ grant_type: 'refresh_token', refresh_token: 'refresh&token' })
  })

  test('a token endpoint that never answers is a TimeoutError, without DOMException and AbortSignal.timeout', async () => {
    vi.useFakeTimers()
    let signal: AbortSignal | undefined
    const accessToken = refreshTokenSource({
      domain: 'tenant.example.test',
      clientId: 'native',
      refreshToken: () => 'refresh-token',
      timeout: 1000,
      fetch: (request) => {
        signal = request.signal
        return new Promise(() => {})
      },
    })
    const asked = rejection(accessToken({ audience: '', scope: '', forceRefresh: false }))
    await vi.advanceTimersByTimeAsync(1000)
    expect(await asked).toMatchObject({ name: 'TimeoutError' })
    expect(signal?.aborted).toBe(true)
  })

  test('a call that takes too long is a TimeoutError', async () => {
    vi.useFakeTimers()
    const client = createConnectedAccountsClient({
      domain: 'tenant.example.test',
      accessToken: () => new Promise<string>(() => {}),
      timeout: 1000,
    })
    const listed = rejection(listConnectedAccounts(client))
    await vi.advanceTimersByTimeAsync(1000)
    expect(await listed).toMatchObject({ name: 'TimeoutError' })
  })

  test("its Request drops redirect: 'manual', so Expo's fetch is told again", async () => {
    const { Request } = globalThis
    vi.stubGlobal(
      'Request',
      class {
        constructor(input: Request | string, init?: RequestInit) {
          const { redirect: _, ...fields } = init ?? {}
          const url = typeof input === 'string' ? input : input.url
          Object.assign(this, { url, method: 'GET', headers: new Headers(), ...fields })
          const { signal, headers } = new Request(url, fields)
          Object.assign(this, { signal, headers })
        }
      },
    )
    const fetch = vi.fn<(request: Request) => Promise<Response>>(async () =>
      json(200, { accounts: [] })(),
    )
    vi.stubGlobal('fetch', fetch)
    const client = createConnectedAccountsClient({
      domain: 'tenant.example.test',
      accessToken: 'bearer-token',
    })
    await listConnectedAccounts(client)
    expect(fetch.mock.lastCall?.[0]).toMatchObject({ redirect: 'manual' })
  })
})
