import { createEmulator, type Emulator } from '@connected-accounts/emulator'
import { afterAll, beforeAll, expect, onTestFinished, test, vi } from 'vitest'
import { createHandler } from '../src/index.js'
import { createServer } from './visitor.js'

// What strangers can send without a login. `npm run bench -w packages/server` measures the cost of much more.
const origin = 'http://localhost:3000'
const redirect_uri = `${origin}/auth/callback`

let emulator: Emulator
let handler: ReturnType<typeof createHandler>
beforeAll(async () => {
  emulator = await createEmulator({ port: 0 })
  handler = createHandler(
    createServer(emulator, { authorizationParams: { redirect_uri }, cookiePrefix: 'ca' }),
  )
})
afterAll(() => emulator.close())

const read = (cookie: string) =>
  handler(new Request(`${origin}/auth/me/v1/connected-accounts/accounts`, { headers: { cookie } }))

/** The least CPU time of one read with these cookies, in microseconds. Other processes do not count. */
async function costOf(cookie: string): Promise<number> {
  const costs: number[] = []
  for (let round = 0; round < 15; round += 1) {
    const begin = process.cpuUsage()
    for (let each = 0; each < 20; each += 1) await read(cookie)
    const { user, system } = process.cpuUsage(begin)
    costs.push((user + system) / 20)
  }
  return Math.min(...costs)
}

const cookies = (count: number, nameOf: (index: number) => string) =>
  Array.from({ length: count }, (_, index) => `${nameOf(index)}=`).join('; ')

test.for([
  ['of flows', cookies(1444, (index) => `ca_tx.${index}`)],
  ['of pieces of a session', cookies(1000, (index) => `ca_session.${index}=A`)],
  ['of others', cookies(2000, (index) => `x${index}`)],
] as const)('16 KB of cookies with names %s cost little more than none', async ([, cookie]) => {
  expect(cookie.length).toBeGreaterThan(14_000)
  const [plain, hostile] = [await costOf(''), await costOf(cookie)]
  expect(hostile).toBeLessThan(8 * plain)
})

const jwe = (bytes: number) => {
  const header = btoa('{"alg":"dir","enc":"A256GCM"}').replaceAll('=', '')
  return `${header}..${'A'.repeat(16)}.${'A'.repeat(bytes)}.${'A'.repeat(22)}`
}

test.for([
  ['session', 3000, (value: string) => read(`ca_session.0=${value}`)],
  [
    'flow',
    3000,
    (value: string) => {
      const url = `${redirect_uri}?code=a&state=login.a`
      return handler(new Request(url, { headers: { cookie: `ca_tx.login.a=${value}` } }))
    },
  ],
] as const)(
  'a %s in a cookie that is larger than browsers keep is not opened',
  async ([, bytes, send]) => {
    const decrypt = vi.spyOn(crypto.subtle, 'decrypt')
    onTestFinished(() => decrypt.mockRestore())
    await send(jwe(bytes))
    expect(decrypt).toHaveBeenCalledTimes(1)
    await send(jwe(2 * bytes))
    expect(decrypt).toHaveBeenCalledTimes(1)
  },
)

test('a session in more pieces than fit into a request is not opened', async () => {
  const decrypt = vi.spyOn(crypto.subtle, 'decrypt')
  onTestFinished(() => decrypt.mockRestore())
  const piecesOf = (count: number) => {
    const length = 100
    const value = jwe(count * length - jwe(0).length)
    return Array.from(
      { length: count },
      (_, index) => `ca_session.${index}=${value.slice(index * length, (index + 1) * length)}`,
    ).join('; ')
  }
  await read(piecesOf(3))
  expect(decrypt).toHaveBeenCalledTimes(1)
  await read(piecesOf(4))
  expect(decrypt).toHaveBeenCalledTimes(1)
})

test.for(['login', 'callback', 'me/v1/connected-accounts/accounts'])(
  '%s refuses a URL over 8,000 bytes with 414',
  async (path) => {
    const titleOf = async (length: number) => {
      const url = `${origin}/auth/${path}?x=`.padEnd(length, 'A')
      const answer = await handler(new Request(url))
      return answer.status === 303 ? '' : (await answer.json()).title
    }
    expect(await titleOf(8000)).not.toBe('uri_too_long')
    expect(await titleOf(8001)).toBe('uri_too_long')
  },
)

test('cookies of others with names like ours, or with no name, change nothing', async () => {
  const login = async (cookie: string) => {
    const answer = await handler(new Request(`${origin}/auth/login`, { headers: { cookie } }))
    return [answer.status, answer.headers.getSetCookie().length]
  }
  for (const cookie of [
    'xca_tx.a=1; my.ca_tx.b=2',
    ';;; =; a',
    'ca_tx.a b=1; ca_tx.=1',
    'a=ca_tx.b=1',
  ])
    expect(await login(cookie)).toEqual([303, 1])
})

test('of two cookies with one name the first is the one that counts (RFC 6265 §5.4)', async () => {
  const flow = await handler(new Request(`${origin}/auth/login`))
  const [pair = ''] = flow.headers.getSetCookie().map((line) => line.split(';')[0])
  const [name = ''] = pair.split('=')
  const state = name.slice('ca_tx.'.length)
  const titleOf = async (cookie: string) => {
    const url = `${redirect_uri}?error=access_denied&state=${state}&iss=${emulator.url}/`
    return (await (await handler(new Request(url, { headers: { cookie } }))).json()).title
  }
  expect(await titleOf(`${pair}; ${name}=other`)).toBe('access_denied')
  expect(await titleOf(`${name}=other; ${pair}`)).toBe('unknown_state')
})
