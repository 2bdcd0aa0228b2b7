import { createEmulator, defaultTenant, type Emulator } from '@connected-accounts/emulator'
import { afterAll, beforeAll, beforeEach, expect, onTestFinished, test, vi } from 'vitest'
import { type SharedStore, type StoreOptions, sharedSessions } from '../src/index.js'
import { memoryLock } from './shared.js'
import {
  createServer,
  createVisitor,
  keepCookies,
  loggedIn,
  redirectUri,
  rejection,
  secret,
  type Visitor,
} from './visitor.js'

let emulator: Emulator
beforeAll(async () => {
  // Their tokens are longer, so that two of them do not fit in one cookie.
  const apis = defaultTenant().apis.map((api) => {
    return { ...api, token_dialect: 'rfc9068_profile' as const }
  })
  emulator = await createEmulator({ port: 0, tenant: { apis } })
})
afterAll(() => emulator.close())
beforeEach(() => emulator.reset())

const audience = 'https://api.example.test/'
const userOf = (server: ReturnType<typeof createServer>, visitor: Visitor) =>
  visitor.request((store) => server.getUser(store))

test('cookies are HttpOnly, SameSite=Lax and of the whole host, and no cache keeps the answer', async () => {
  const server = createServer(emulator)
  const visitor = createVisitor(emulator.url)
  await visitor.request((store) => server.startInteractiveLogin({}, store))
  const [line] = visitor.lastHeaders.getSetCookie()
  expect(line).toMatch(
    /^ca-3000_tx\.login\.[\w-]+=[\w.-]+; Max-Age=7200; Path=\/; HttpOnly; SameSite=Lax$/,
  )
  expect(visitor.lastHeaders.get('cache-control')).toBe('no-store')
})

test('where the application has https, cookies are Secure and bound to the host by __Host-', async () => {
  const redirect_uri = 'https://app.example.test/callback'
  const server = createServer(emulator, { authorizationParams: { redirect_uri } })
  const visitor = createVisitor(emulator.url)
  await visitor.request((store) => server.startInteractiveLogin({}, store))
  const [line] = visitor.lastHeaders.getSetCookie()
  expect(line).toMatch(/^__Host-ca_tx\.login\..*; Path=\/; HttpOnly; Secure; SameSite=Lax$/)
})

test('what is sealed in cookies cannot be read', async () => {
  const server = createServer(emulator)
  const visitor = await loggedIn(server, emulator.url)
  await visitor.request((store) => server.getAccessToken({ audience }, store))
  const sealed = [...visitor.cookies.values()].join('')
  const [header = '', key, ...rest] = sealed.split('.')
  expect(JSON.parse(atob(header))).toEqual({ alg: 'dir', enc: 'A256GCM' })
  expect(key).toBe('')
  expect(rest).toHaveLength(3)
  expect(sealed).not.toContain('alice')
  expect(sealed).not.toContain('eyJhbGciOiJSUz') // how an access token begins
})

test('a session that one cookie cannot hold has several, each under 4096 bytes', async () => {
  const server = createServer(emulator)
  const visitor = await loggedIn(server, emulator.url)
  await visitor.request((store) => server.getAccessToken({ audience }, store))
  await visitor.request((store) => server.listConnectedAccounts({}, store))
  const names = [...visitor.cookies.keys()]
  expect(names).toEqual(['ca-3000_session.0', 'ca-3000_session.1'])
  for (const line of visitor.lastHeaders.getSetCookie()) expect(line.length).toBeLessThan(4096)
  expect(await userOf(server, visitor)).toBeTruthy()
})

test('pieces that are no longer needed are removed', async () => {
  const server = createServer(emulator)
  const visitor = await loggedIn(server, emulator.url)
  await visitor.request((store) => server.getAccessToken({ audience }, store))
  await visitor.request((store) => server.listConnectedAccounts({}, store))
  const url = await visitor.request((store) => server.startInteractiveLogin({}, store))
  const callbackUrl = await visitor.logIn(url)
  await visitor.request((store) => server.completeInteractiveLogin(callbackUrl, store))
  expect([...visitor.cookies.keys()]).toEqual(['ca-3000_session.0'])
})

test('two answers at once, of one piece and of two, leave a session whichever comes last', async () => {
  const server = createServer(emulator)
  const { cookies } = await loggedIn(server, emulator.url)
  const ask = async (work: (store: StoreOptions) => Promise<unknown>) => {
    const cookie = [...cookies].map((pair) => pair.join('=')).join('; ')
    const response = { headers: new Headers() }
    await work({ request: new Request(redirectUri, { headers: { cookie } }), response })
    return response.headers
  }
  const answers = await Promise.all([
    ask((store) => server.getAccessToken({ audience }, store)),
    ask((store) => server.listConnectedAccounts({}, store)),
  ])
  const pieces = answers.map((headers) => headers.getSetCookie().filter((line) => !/=;/.test(line)))
  expect(pieces.map(({ length }) => length).sort()).toEqual([1, 2])
  for (const inOrder of [answers, answers.toReversed()]) {
    const visitor = createVisitor(emulator.url)
    for (const [name, value] of cookies) visitor.cookies.set(name, value)
    for (const headers of inOrder) keepCookies(visitor.cookies, headers)
    expect(await userOf(server, visitor)).toMatchObject({ sub: 'auth0|alice' })
  }
})

test('access tokens that do not fit are left out, the session and its refresh token stay', async () => {
  const server = createServer(emulator)
  const visitor = await loggedIn(server, emulator.url)
  await visitor.request((store) => server.getAccessToken({ audience }, store))
  visitor.cookies.set('of_the_application', 'x'.repeat(5500))
  const token = await visitor.request((store) =>
    server.getAccessToken({ audience, forceRefresh: true }, store),
  )
  expect(token.accessToken).toBeTruthy()
  const length = [...visitor.cookies].map(([name, value]) => `${name}=${value}; `).join('').length
  expect(length).toBeLessThanOrEqual(8000)
  expect(await userOf(server, visitor)).toBeTruthy()
  visitor.cookies.delete('of_the_application')
  await visitor.request((store) => server.getAccessToken({ audience }, store))
})

test('of the access tokens those that expire first are left out', async () => {
  const lives = [1000, 2000]
  const grants: string[] = []
  const server = createServer(emulator, {
    async fetch(request) {
      const form = request.method === 'POST' ? await request.clone().text() : ''
      const answer = await fetch(request)
      if (!form.includes('grant_type=refresh_token')) return answer
      grants.push(new URLSearchParams(form).get('audience') ?? '')
      return Response.json({ ...(await answer.json()), expires_in: lives.shift() })
    },
  })
  const visitor = await loggedIn(server, emulator.url)
  const get = (of: string) =>
    visitor.request((store) => server.getAccessToken({ audience: of }, store))
  const length = () => [...visitor.cookies].map((pair) => `${pair.join('=')}; `).join('').length
  const before = length()
  await get(audience)
  const oneToken = length() - before
  const roomForFlow = 2000
  const room = 8000 - roomForFlow - length() - oneToken / 2
  visitor.cookies.set('of_the_application', 'x'.repeat(Math.floor(room)))
  const another = `${emulator.url}/me/`
  await get(another)
  await get(another)
  expect(grants).toEqual([audience, another])
  await get(audience)
  expect(grants).toEqual([audience, another, audience])
})

test('an answer sets no cookie if nothing of the session is new', async () => {
  const server = createServer(emulator)
  const visitor = await loggedIn(server, emulator.url)
  for (let time = 0; time < 2; time += 1) {
    expect(await userOf(server, visitor)).toBeDefined()
    expect(visitor.lastHeaders.getSetCookie()).toEqual([])
    await visitor.request((store) => server.getAccessToken({ audience }, store))
  }
})

test('what no browser or proxy would take is an error before it is sent: cookies_too_large', async () => {
  const server = createServer(emulator)
  const visitor = createVisitor(emulator.url)
  const started = visitor.request((store) =>
    server.startInteractiveLogin({ appState: 'x'.repeat(4000) }, store),
  )
  const error = await rejection(started)
  expect(error).toMatchObject({ name: 'SessionError', code: 'cookies_too_large' })
  expect(String(error)).toContain('appState')
  const other = await loggedIn(server, emulator.url)
  other.cookies.set('of_the_application', 'x'.repeat(7500))
  const login = other.request((store) => server.startInteractiveLogin({}, store))
  expect(String(await rejection(login))).toContain('of_the_application 7500')
})

test.for<[number, boolean]>([
  [8000, true],
  [8001, false],
])('a login that makes the cookies %i bytes long starts: %s', async ([bytes, starts]) => {
  const server = createServer(emulator)
  const { cookies } = await withLogin(server)
  const name = 'of_the_application'
  const [flow = []] = cookies
  const visitor = createVisitor(emulator.url)
  visitor.cookies.set(name, 'x'.repeat(bytes - `${name}=; ${flow.join('=')}`.length))
  const started = visitor.request((store) => server.startInteractiveLogin({}, store))
  if (!starts) expect(await rejection(started)).toMatchObject({ code: 'cookies_too_large' })
  else expect(new URL(await started).pathname).toBe('/authorize')
})

test('a cookie has 3996 bytes at most, so that its attributes fit into the 4096 that a browser takes', async () => {
  const server = createServer(emulator)
  const lengths = []
  for (let bytes = 2500; bytes < 2700; bytes += 1) {
    const { cookies } = await withLogin(server, 'x'.repeat(bytes)).catch(() => ({ cookies: [] }))
    for (const [name, value] of cookies) lengths.push(name.length + value.length)
  }
  expect(Math.max(...lengths)).toBe(3996)
})

/** A browser with a login that is under way. */
async function withLogin(server: ReturnType<typeof createServer>, appState?: string) {
  const visitor = createVisitor(emulator.url)
  await visitor.request((store) => server.startInteractiveLogin({ appState }, store))
  return visitor
}

test('cookies_too_large names the other cookies that the browser would have, with their lengths', async () => {
  const server = createServer(emulator)
  const appState = 'x'.repeat(4000)
  const othersOf = async (visitor: Visitor) => {
    const started = visitor.request((store) => server.startInteractiveLogin({ appState }, store))
    const [, others] = /The others are: (.*?)\. Keep/.exec(String(await rejection(started))) ?? []
    return others
  }
  const visitor = createVisitor(emulator.url)
  expect(await othersOf(visitor)).toBe('none')
  visitor.cookies = new Map([
    ['one', 'xyz'],
    ['ca-3000_tx.login.a', 'removed'],
    ['two', ''],
  ])
  expect(await othersOf(visitor)).toBe('one 3, ca-3000_tx.login.a 7, two 0')
  const headers = new Headers({ cookie: 'no value; =no name; one=xyz' })
  const store = { request: { headers }, response: { headers: new Headers() } }
  const started = server.startInteractiveLogin({ appState }, store)
  expect(String(await rejection(started))).toContain('The others are: one 3.')
  for (let index = 0; index < 40; index += 1) visitor.cookies.set(`more${index}`, '')
  expect((await othersOf(visitor))?.split(', ')).toHaveLength(20)
})

test('an answer sets each cookie once, whatever one request does', async () => {
  const server = createServer(emulator)
  const visitor = await loggedIn(server, emulator.url)
  await visitor.request(async (store) => {
    await server.listConnectedAccounts({}, store)
    await server.getAccessToken({ audience, forceRefresh: true }, store)
    await server.getAccessToken({ audience, forceRefresh: true }, store)
    await server.startInteractiveLogin({}, store)
  })
  const names = visitor.lastHeaders.getSetCookie().map((line) => line.split('=')[0])
  expect(names).toHaveLength(new Set(names).size)
  expect(await userOf(server, visitor)).toBeDefined()
})

test('a cookie whose name only ends like ours is not ours', async () => {
  const server = createServer(emulator)
  const visitor = await loggedIn(server, emulator.url)
  for (const other of ['x', 'x ', 'a=1, ']) {
    const cookie = [...visitor.cookies].map(
      ([name, value]) => `${other}${name}=y; ${name}=${value}`,
    )
    const headers = new Headers({ cookie: cookie.join('; ') })
    const response = { headers: new Headers() }
    expect(await server.getUser({ request: { headers }, response })).toBeDefined()
  }
})

test('logins end no connect flow, and connect flows end no login, up to five of each', async () => {
  const server = createServer(emulator)
  for (const [five, one] of [
    [startLogin, startConnect],
    [startConnect, startLogin],
  ] as const) {
    const visitor = await loggedIn(server, emulator.url)
    for (let flow = 0; flow < 5; flow += 1) await five(server, visitor)
    await one(server, visitor)
    expect(flowsOf(visitor)).toHaveLength(6)
  }
})

test('a browser has at most five logins at once: a sixth takes the place of the oldest', async () => {
  const server = createServer(emulator)
  const visitor = createVisitor(emulator.url)
  const urls: string[] = []
  for (let flow = 0; flow < 7; flow += 1) {
    urls.push(await visitor.request((store) => server.startInteractiveLogin({}, store)))
  }
  expect(visitor.cookies.size).toBe(5)
  const complete = async (url = '') => {
    const callbackUrl = await visitor.logIn(url)
    return visitor.request((store) => server.completeInteractiveLogin(callbackUrl, store))
  }
  expect(await rejection(complete(urls[1]))).toMatchObject({ code: 'unknown_state' })
  await complete(urls[2])
})

test.for(['cookies', 'a store'])(
  'a session in %s ends when its time is over, whatever the browser keeps',
  async (where) => {
    vi.useFakeTimers({ toFake: ['Date'], now: Date.now() })
    onTestFinished(() => void vi.useRealTimers())
    const sessions = where === 'a store' && sharedSessions(keepingStore(), { lock: memoryLock() })
    const server = createServer(emulator, { sessionLifetime: 60, ...(sessions && { sessions }) })
    const visitor = await loggedIn(server, emulator.url)
    expect(visitor.lastHeaders.getSetCookie().join()).toMatch(/Max-Age=60;/)
    vi.setSystemTime(Date.now() + 59_999)
    expect(await userOf(server, visitor)).toBeDefined()
    vi.setSystemTime(Date.now() + 1)
    expect(await userOf(server, visitor)).toBeUndefined()
  },
)

/** A store that forgets nothing by itself. */
function keepingStore(): SharedStore {
  const kept = new Map<string, string>()
  return {
    get: async (key) => kept.get(key),
    set: async (key, value) => void kept.set(key, value),
    delete: async (key) => kept.delete(key),
  }
}

test('a login that took an hour has the code expired', async () => {
  const startedAt = Date.now()
  vi.useFakeTimers({ toFake: ['Date'], now: startedAt })
  onTestFinished(() => void vi.useRealTimers())
  const server = createServer(emulator)
  const hour = 3_600_000
  const completeAfter = async (time: number) => {
    vi.setSystemTime(startedAt)
    const visitor = createVisitor(emulator.url)
    const url = await visitor.request((store) =>
      server.startInteractiveLogin({ appState: 'kept' }, store),
    )
    vi.setSystemTime(startedAt + time)
    const callbackUrl = await visitor.logIn(url)
    return visitor.request((store) => server.completeInteractiveLogin(callbackUrl, store))
  }
  expect(await completeAfter(hour - 1)).toMatchObject({ appState: 'kept' })
  const error = await rejection(completeAfter(hour))
  expect(error).toMatchObject({ code: 'expired', appState: 'kept' })
})

test('after the secret was rotated, sessions of the old one go on and are sealed with the new one', async () => {
  const before = createServer(emulator)
  const visitor = await loggedIn(before, emulator.url)
  const next = 'the next secret has 32 bytes or more'
  const rotated = createServer(emulator, { secret: [next, secret] })
  expect(await userOf(rotated, visitor)).toBeTruthy()
  await visitor.request((store) => rotated.getAccessToken({ audience }, store))
  expect(await userOf(createServer(emulator, { secret: next }), visitor)).toBeTruthy()
  expect(await userOf(before, visitor)).toBeUndefined()
})

/** Starts a login as a link does, with this much of `appState`. */
const startLogin = (server: ReturnType<typeof createServer>, visitor: Visitor, bytes = 0) => {
  const appState = { returnTo: `/${'A'.repeat(bytes)}` }
  return visitor.request((store) => server.startInteractiveLogin({ appState }, store))
}

test('links that start large logins lock nobody out: the oldest give way until a new one fits', async () => {
  const server = createServer(emulator)
  const visitor = createVisitor(emulator.url)
  for (const bytes of [1900, 1900, 1900, 30]) await startLogin(server, visitor, bytes)
  const callbackUrl = await visitor.logIn(await startLogin(server, visitor))
  for (const bytes of [1900, 1900]) await startLogin(server, visitor, bytes)
  await visitor.request((store) => server.completeInteractiveLogin(callbackUrl, store))
  expect(await userOf(server, visitor)).toBeTruthy()
})

test.for([
  ['cookies', 5000],
  ['a store', 6000],
] as const)(
  'flows give way to a session in %s that would not fit beside them',
  async ([where, bytes]) => {
    const sessions = where === 'a store' && sharedSessions(keepingStore(), { lock: memoryLock() })
    const server = createServer(emulator, { ...(sessions && { sessions }) })
    const visitor = createVisitor(emulator.url)
    const callbackUrl = await visitor.logIn(await startLogin(server, visitor))
    await startLogin(server, visitor, 1500)
    visitor.cookies.set('of_the_application', 'x'.repeat(bytes))
    await visitor.request((store) => server.completeInteractiveLogin(callbackUrl, store))
    expect(await userOf(server, visitor)).toBeTruthy()
    expect([...visitor.cookies.keys()].join()).not.toContain('ca-3000_tx')
  },
)

test('however many access tokens a session has, there is room to start a flow', async () => {
  const server = createServer(emulator)
  const visitor = await loggedIn(server, emulator.url)
  await visitor.request((store) => server.getAccessToken({ audience }, store))
  visitor.cookies.set('of_the_application', 'x'.repeat(3200))
  await visitor.request((store) => server.listConnectedAccounts({}, store))
  const options = { connection: 'github', returnTo: `/${'A'.repeat(400)}` }
  await visitor.request((store) => server.startConnectAccount(options, store))
})

test('logins that any site can start do not end a connect flow', async () => {
  const server = createServer(emulator)
  const visitor = await loggedIn(server, emulator.url)
  const url = await visitor.request((store) =>
    server.startConnectAccount({ connection: 'github' }, store),
  )
  for (let login = 0; login < 7; login += 1) await startLogin(server, visitor)
  const callbackUrl = await visitor.connect(url)
  const { account } = await visitor.request((store) =>
    server.completeConnectAccount(callbackUrl, store),
  )
  expect(account.connection).toBe('github')
})

/** Connects an account. */
async function connectAccount(server: ReturnType<typeof createServer>, visitor: Visitor) {
  const url = await startConnect(server, visitor)
  const callbackUrl = await visitor.connect(url)
  return visitor.request((store) => server.completeConnectAccount(callbackUrl, store))
}
const startConnect = (server: ReturnType<typeof createServer>, visitor: Visitor) =>
  visitor.request((store) => server.startConnectAccount({ connection: 'github' }, store))
const flowsOf = ({ cookies }: Visitor) =>
  [...cookies.keys()].filter((name) => name.includes('_tx.'))

test('a connect flow that is completed is kept for a reload, no longer than the flow may take', async () => {
  const server = createServer(emulator)
  const visitor = await loggedIn(server, emulator.url)
  await connectAccount(server, visitor)
  const [kept, ...others] = flowsOf(visitor)
  expect(others).toEqual([])
  const line = visitor.lastHeaders.getSetCookie().find((each) => each.startsWith(`${kept}=`))
  const [, maxAge = ''] = /Max-Age=(\d+)/.exec(line ?? '') ?? []
  expect(Number(maxAge)).toBeGreaterThan(200)
  expect(Number(maxAge)).toBeLessThanOrEqual(300)
})

test('connect flows that are completed give way to those that are under way', async () => {
  const server = createServer(emulator)
  const visitor = await loggedIn(server, emulator.url)
  const url = await startConnect(server, visitor)
  for (let account = 0; account < 4; account += 1) await connectAccount(server, visitor)
  expect(flowsOf(visitor)).toHaveLength(5)
  for (let flow = 0; flow < 4; flow += 1) await startConnect(server, visitor)
  expect(flowsOf(visitor)).toHaveLength(5)
  const callbackUrl = await visitor.connect(url)
  await visitor.request((store) => server.completeConnectAccount(callbackUrl, store))
})

test('connect flows that are completed give way to the access tokens of the session', async () => {
  const server = createServer(emulator)
  const visitor = await loggedIn(server, emulator.url)
  for (let account = 0; account < 4; account += 1) await connectAccount(server, visitor)
  visitor.cookies.set('of_the_application', 'x'.repeat(1000))
  const first = await visitor.request((store) => server.getAccessToken({ audience }, store))
  const again = await visitor.request((store) => server.getAccessToken({ audience }, store))
  expect(again).toEqual(first)
  expect(flowsOf(visitor).length).toBeLessThan(4)
})

test('a connect flow that is completed ends no other flow if there is no room to keep it', async () => {
  const server = createServer(emulator)
  const visitor = await loggedIn(server, emulator.url)
  await visitor.request((store) => server.listConnectedAccounts({}, store))
  await startConnect(server, visitor)
  const [other = ''] = flowsOf(visitor)
  const scopes = Array.from({ length: 20 }, (_, index) => `scope:number:${index}`)
  const url = await visitor.request((store) =>
    server.startConnectAccount({ connection: 'github', scopes }, store),
  )
  const callbackUrl = await visitor.connect(url)
  const length = [...visitor.cookies].map(([name, value]) => `${name}=${value}; `).join('').length
  visitor.cookies.set('of_the_application', 'x'.repeat(7970 - length))
  await visitor.request((store) => server.completeConnectAccount(callbackUrl, store))
  expect(flowsOf(visitor)).toContain(other)
})

test('access tokens that have expired leave the session when it is written', async () => {
  const server = createServer(emulator)
  const visitor = await loggedIn(server, emulator.url)
  const lengthOfSession = () =>
    [...visitor.cookies].map(([name, value]) => (/session/.test(name) ? value : '')).join('').length
  await visitor.request((store) => server.getAccessToken({ audience }, store))
  const before = lengthOfSession()
  await visitor.request((store) => server.listConnectedAccounts({}, store))
  expect(lengthOfSession()).toBeGreaterThan(before + 500)
  vi.useFakeTimers({ toFake: ['Date'], now: Date.now() + 172_800_000 })
  onTestFinished(() => void vi.useRealTimers())
  await visitor.request((store) => server.getAccessToken({ audience }, store))
  expect(lengthOfSession()).toBeLessThan(before + 100)
})

test('a connect flow starts however many accounts of the connection there are', async () => {
  const server = createServer(emulator)
  const visitor = await loggedIn(server, emulator.url)
  await emulator.seed(
    Array.from({ length: 85 }, () => ({ user_id: 'auth0|alice', connection: 'github' })),
  )
  const { account } = await connectAccount(server, visitor)
  expect(account.connection).toBe('github')
  await startConnect(server, visitor)
  for (const value of visitor.cookies.values()) expect(value.length).toBeLessThan(4000)
})

test.for([16_000, 64_000])(
  'a request with %i bytes of cookies with our names removes ten of them, in time that grows with the bytes only',
  async (bytes) => {
    const server = createServer(emulator)
    await startLogin(server, createVisitor(emulator.url))
    let cookie = ''
    for (let index = 0; cookie.length < bytes; index += 1) cookie += `ca-3000_tx.${index}=; `
    const request = { headers: new Headers({ cookie }) }
    const response = { headers: new Headers() }
    const begin = process.cpuUsage() // other processes do not count
    const error = await rejection(server.startInteractiveLogin({}, { request, response }))
    const { user, system } = process.cpuUsage(begin)
    expect((user + system) / 1000).toBeLessThan(bytes / 40)
    expect(error).toMatchObject({ code: 'cookies_too_large' })
    expect(String(error).length).toBeLessThan(1000)
    expect(response.headers.getSetCookie()).toHaveLength(10)
  },
)
