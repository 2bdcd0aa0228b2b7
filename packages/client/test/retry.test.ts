import { createEmulator } from '@connected-accounts/emulator'
import { afterEach, beforeEach, expect, test, vi } from 'vitest'
import {
  createConnectedAccountsClient,
  deleteConnectedAccount,
  listConnectedAccounts,
} from '../src/index.js'
import { logInBound } from './bound-session.js'
import { json, observedFetch, problem, rejection } from './observed-client.js'

const empty = json(200, { accounts: [] })
const lost = () => Promise.reject(new TypeError('fetch failed'))
const busy = (seconds?: string) =>
  problem(429, {}, seconds === undefined ? {} : { 'retry-after': seconds })

beforeEach(() => {
  vi.useFakeTimers()
})
afterEach(() => {
  vi.useRealTimers()
})

function clientOf(limit: number | undefined, ...handlers: (() => Response | Promise<Response>)[]) {
  const { fetch, requests } = observedFetch(...handlers)
  const tokens: string[] = []
  const accessToken = () => {
    tokens.push(`token-${tokens.length + 1}`)
    return tokens.at(-1) ?? ''
  }
  const retry = limit === undefined ? undefined : { limit }
  const options = { domain: 'tenant.example.test', accessToken, retry, fetch }
  return { client: createConnectedAccountsClient(options), requests, tokens }
}

test.for<[string, () => Response | Promise<Response>]>([
  ['a 429', busy('0')],
  ['a network failure', lost],
])('without retry.limit %s is not repeated', async ([, answer]) => {
  const { client, requests } = clientOf(undefined, answer, empty)
  await rejection(listConnectedAccounts(client))
  expect(requests).toHaveLength(1)
})

test('a GET waits as long as retry-after says, and is authorized anew', async () => {
  const { client, requests, tokens } = clientOf(1, busy('7'), empty)
  const listing = listConnectedAccounts(client)
  await vi.advanceTimersByTimeAsync(6999)
  expect(requests).toHaveLength(1)
  await vi.advanceTimersByTimeAsync(1)
  expect(await listing).toEqual({ accounts: [] })
  expect([requests.length, tokens.length]).toEqual([2, 2])
})

test('without retry-after a GET waits up to half a second, then twice as long each time', async () => {
  const sentAt: number[] = []
  const answers = [busy(), lost, busy(), empty].map((answer) => () => {
    sentAt.push(Date.now())
    return answer()
  })
  const { client } = clientOf(3, ...answers)
  const listing = listConnectedAccounts(client)
  await vi.runAllTimersAsync()
  await listing
  for (const [n, most] of [500, 1000, 2000].entries()) {
    const waited = (sentAt[n + 1] ?? 0) - (sentAt[n] ?? 0)
    expect(waited).toBeGreaterThanOrEqual(most / 2)
    expect(waited).toBeLessThanOrEqual(most)
  }
})

test('each retry has the whole timeout, and the pause before it does not count', async () => {
  const slow = (seconds: number, answer: () => Response) => () =>
    new Promise<Response>((resolve) => setTimeout(() => resolve(answer()), seconds * 1000))
  const { client, requests } = clientOf(
    2,
    slow(20, busy('45')),
    slow(20, busy('45')),
    slow(31, empty),
  )
  const listing = rejection(listConnectedAccounts(client))
  await vi.advanceTimersByTimeAsync(20_000 + 45_000 + 20_000 + 45_000 + 29_999)
  expect(requests).toHaveLength(3)
  await vi.advanceTimersByTimeAsync(1)
  expect(await listing).toMatchObject({ name: 'TimeoutError' })
})

test('the answer that is not used is let go', async () => {
  const cancel = vi.fn()
  const headers = { 'retry-after': '0' }
  const refused = () => new Response(new ReadableStream({ cancel }), { status: 429, headers })
  const { client } = clientOf(1, refused, empty)
  const listing = listConnectedAccounts(client)
  await vi.runAllTimersAsync()
  await listing
  expect(cancel).toHaveBeenCalledTimes(1)
})

test('what is aborted before its answer is neither waited for nor sent again', async () => {
  const controller = new AbortController()
  const { client, requests } = clientOf(1, () => {
    controller.abort(new Error('enough'))
    return lost()
  })
  const listing = rejection(listConnectedAccounts(client, { signal: controller.signal }))
  await vi.runAllTimersAsync()
  expect(await listing).toMatchObject({ message: 'enough' })
  expect(requests).toHaveLength(1)
})

test('after the last retry the answer or the failure is given as it is', async () => {
  const refused = clientOf(2, busy('1'))
  const listing = rejection(listConnectedAccounts(refused.client))
  await vi.advanceTimersByTimeAsync(10_000)
  expect(await listing).toMatchObject({ code: 'rate_limited', retryAfter: 1 })
  expect(refused.requests).toHaveLength(3)
  const failing = clientOf(1, lost)
  const failed = rejection(listConnectedAccounts(failing.client))
  await vi.advanceTimersByTimeAsync(10_000)
  expect(await failed).toMatchObject({ name: 'TypeError', message: 'fetch failed' })
  expect(failing.requests).toHaveLength(2)
})

test('a retry-after of more than a minute is not waited for', async () => {
  const { client, requests } = clientOf(1, busy('61'), empty)
  await expect(listConnectedAccounts(client)).rejects.toMatchObject({ retryAfter: 61 })
  expect(requests).toHaveLength(1)
})

test('an abort ends the wait', async () => {
  const { client, requests } = clientOf(1, busy('30'), empty)
  const controller = new AbortController()
  const listing = rejection(listConnectedAccounts(client, { signal: controller.signal }))
  await vi.advanceTimersByTimeAsync(1000)
  controller.abort(new Error('enough'))
  expect(await listing).toMatchObject({ message: 'enough' })
  expect([requests.length, vi.getTimerCount()]).toEqual([1, 0])
})

test.for<[string, () => Response | Promise<Response>]>([
  ['a 429', busy('0')],
  ['a network failure', lost],
])('POST and DELETE are not repeated after %s', async ([, answer]) => {
  const { client, requests } = clientOf(5, answer)
  await rejection(deleteConnectedAccount(client, 'cac_1'))
  const body = { connection: 'github', redirect_uri: 'https://app.example.test/' }
  await client.POST('/connected-accounts/connect', { body }).catch(() => undefined)
  expect(requests.map(({ method }) => method)).toEqual(['DELETE', 'POST'])
})

test('other answers are not repeated, nor is what a token source throws', async () => {
  const failing = clientOf(5, problem(503))
  await expect(listConnectedAccounts(failing.client)).rejects.toMatchObject({ status: 503 })
  expect(failing.requests).toHaveLength(1)
  const accessToken = vi.fn(() => Promise.reject(new TypeError('fetch failed')))
  const client = createConnectedAccountsClient({
    domain: 'tenant.example.test',
    accessToken,
    retry: { limit: 5 },
  })
  await expect(listConnectedAccounts(client)).rejects.toThrow('fetch failed')
  expect(accessToken).toHaveBeenCalledTimes(1)
})

test("a developer's own mistake in a fetch is not repeated", async () => {
  const mistake = new TypeError("Cannot read properties of undefined (reading 'id')")
  const { client, requests } = clientOf(5, () => Promise.reject(mistake))
  expect(await rejection(listConnectedAccounts(client))).toBe(mistake)
  expect(requests).toHaveLength(1)
})

test('a token source that fails in a retry is not asked again', async () => {
  const { fetch, requests } = observedFetch(lost)
  const accessToken = vi.fn<() => Promise<string>>(() =>
    Promise.reject(new TypeError('fetch failed')),
  )
  accessToken.mockImplementationOnce(async () => 'token')
  const options = { domain: 'tenant.example.test', accessToken, retry: { limit: 5 }, fetch }
  const listing = rejection(listConnectedAccounts(createConnectedAccountsClient(options)))
  await vi.runAllTimersAsync()
  await listing
  expect([requests.length, accessToken.mock.calls.length]).toEqual([1, 2])
})

test('a backend is asked again, too', async () => {
  const { fetch, requests } = observedFetch(lost, empty)
  const baseUrl = 'https://app.example.test/api'
  const client = createConnectedAccountsClient({ baseUrl, retry: { limit: 1 }, fetch })
  const listing = listConnectedAccounts(client)
  await vi.advanceTimersByTimeAsync(1000)
  expect(await listing).toEqual({ accounts: [] })
  expect(requests).toHaveLength(2)
})

test('each retry has a proof of its own, over a connection that the emulator resets', async () => {
  vi.useRealTimers()
  const emulator = await createEmulator({ port: 0 })
  const { accessToken, dpop } = await logInBound(emulator)
  const { domain } = emulator
  const client = createConnectedAccountsClient({ domain, accessToken, dpop, retry: { limit: 1 } })
  await listConnectedAccounts(client)
  emulator.failNext('getConnectedAccounts', { damage: 'connection_reset' })
  expect((await listConnectedAccounts(client)).accounts).toEqual([])
  await emulator.close()
})
