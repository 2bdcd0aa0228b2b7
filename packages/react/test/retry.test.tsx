import { useConnectedAccounts } from '@connected-accounts/react'
import { QueryClient } from '@tanstack/react-query'
import { expect, test } from 'vitest'
import { renderHook } from 'vitest-browser-react'
import { startOverHttp } from './emulators.js'
import { createTestBed, failNext, seed, type TestBed, withEmulator } from './support.js'

withEmulator(startOverHttp)

const listed = ({ page }: TestBed) => renderHook(() => useConnectedAccounts(), { wrapper: page })

test.for([400, 401, 403])('a list that is refused with %i is not fetched again', async (status) => {
  const bed = createTestBed()
  // A 401 has the client send the request again with a fresh token, which is refused as well.
  for (let times = status === 401 ? 2 : 1; times > 0; times -= 1) {
    await failNext('getConnectedAccounts', status)
  }
  const { result } = await listed(bed)
  await expect.poll(() => result.current.error).toMatchObject({ name: 'MyAccountApiError', status })
  expect(result.current.failureCount).toBe(1)
})

test('a list that fails with 500 is fetched again', async () => {
  await seed(1)
  const bed = createTestBed()
  await failNext('getConnectedAccounts', 500)
  const { result } = await listed(bed)
  await expect.poll(() => result.current.failureReason).toMatchObject({ status: 500 })
  expect(result.current.isPending).toBe(true)
  await expect.poll(() => result.current.data?.length, { timeout: 3000 }).toBe(1)
})

test('after a network failure the list is fetched again', async () => {
  await seed(1)
  const bed = createTestBed()
  const { send } = bed
  bed.send = () => {
    bed.send = send
    return fetch('http://localhost:9') // nothing listens there
  }
  const { result } = await listed(bed)
  await expect.poll(() => result.current.failureReason).toBeInstanceOf(TypeError)
  await expect.poll(() => result.current.data?.length, { timeout: 3000 }).toBe(1)
})

test('a 429 is retried with a growing delay if the browser hides how long to wait', async () => {
  const bed = createTestBed()
  await failNext('getConnectedAccounts', 429)
  const { result } = await listed(bed)
  await expect
    .poll(() => result.current.failureReason)
    .toMatchObject({ code: 'rate_limited', retryAfter: undefined })
  await expect.poll(() => result.current.data, { timeout: 3000 }).toEqual([])
})

test('a 429 waits as long as it says if the page can read that', async () => {
  const bed = createTestBed()
  await failNext('getConnectedAccounts', 429)
  exposeRetryAfter(bed, 2)
  const { result } = await listed(bed)
  await expect.poll(() => result.current.failureReason).toMatchObject({ retryAfter: 2 })
  await new Promise((resolve) => setTimeout(resolve, 1500))
  expect(result.current.isPending).toBe(true)
  await expect.poll(() => result.current.data, { timeout: 3000 }).toEqual([])
})

test('a 429 that asks for more than a minute is an error at once', async () => {
  const bed = createTestBed()
  await failNext('getConnectedAccounts', 429)
  exposeRetryAfter(bed, 61)
  const { result } = await listed(bed)
  await expect.poll(() => result.current.error).toMatchObject({ code: 'rate_limited' })
})

test('a token source that fails is not asked again: a login that has ended would not come back', async () => {
  const bed = createTestBed()
  bed.send = () => Promise.reject(new Error('login_required'))
  const { result } = await listed(bed)
  await expect.poll(() => result.current.error?.message).toBe('login_required')
})

test.for([false, 0, () => false])(
  'a QueryClient whose default is not to retry is respected: %s',
  async (retry) => {
    const queryClient = new QueryClient({ defaultOptions: { queries: { retry } } })
    const bed = createTestBed({ queryClient })
    await failNext('getConnectedAccounts', 500)
    const { result } = await listed(bed)
    await expect.poll(() => result.current.error).toMatchObject({ status: 500 })
    expect(result.current.failureCount).toBe(1)
  },
)

test('a QueryClient that retries everything does not repeat a list that was refused', async () => {
  const queryClient = new QueryClient({ defaultOptions: { queries: { retry: 5 } } })
  const bed = createTestBed({ queryClient })
  await failNext('getConnectedAccounts', 403)
  const { result } = await listed(bed)
  await expect.poll(() => result.current.error).toMatchObject({ status: 403 })
  expect(result.current.failureCount).toBe(1)
})

/** Lets the page read every header, as if the tenant and the page had one origin. */
function exposeRetryAfter(bed: TestBed, seconds: number): void {
  const { send } = bed
  bed.send = async (request) => {
    const { status, headers, body } = await send(request)
    const exposed = new Headers(headers)
    if (status === 429) exposed.set('retry-after', String(seconds))
    return new Response(body, { status, headers: exposed })
  }
}
