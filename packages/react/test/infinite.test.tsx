import { useDisconnectAccount, useInfiniteConnectedAccounts } from '@connected-accounts/react'
import { keepPreviousData, QueryClient } from '@tanstack/react-query'
import { expect, test } from 'vitest'
import { render, renderHook } from 'vitest-browser-react'
import { createTestBed, failNext, seed, withEmulator } from './support.js'

withEmulator()

const lists = (calls: string[]) => calls.filter((call) => call.startsWith('GET')).length

function Recorder({ user, shown }: { user: string; shown: string[] }) {
  const { data, status } = useInfiniteConnectedAccounts()
  shown.push(`${user} ${data?.pages[0]?.accounts.length}`)
  return <output>{`${user} ${status}`}</output>
}

test('45 accounts are three pages, each asked for when it is wanted', async () => {
  const accounts = await seed(45)
  const bed = createTestBed()
  const { result } = await renderHook(() => useInfiniteConnectedAccounts(), { wrapper: bed.page })
  const sizes = () => result.current.data?.pages.map((page) => page.accounts.length)
  await expect.poll(sizes).toEqual([20])
  expect(lists(bed.calls)).toBe(1)
  expect(result.current.hasNextPage).toBe(true)
  await result.current.fetchNextPage()
  await expect.poll(sizes).toEqual([20, 20])
  await result.current.fetchNextPage()
  await expect.poll(sizes).toEqual([20, 20, 5])
  expect(result.current.hasNextPage).toBe(false)
  const ids = result.current.data?.pages.flatMap((page) => page.accounts.map(({ id }) => id))
  expect(new Set(ids)).toEqual(new Set(accounts.map(({ id }) => id)))
  expect(lists(bed.calls)).toBe(3)
})

test('pages can be of one connection', async () => {
  await seed(2, 'google-oauth2')
  await seed(1, 'github')
  const bed = createTestBed()
  const { result } = await renderHook(
    () => useInfiniteConnectedAccounts({ connection: 'github' }),
    { wrapper: bed.page },
  )
  await expect.poll(() => result.current.data?.pages[0]?.accounts.length).toBe(1)
})

test('a disconnected account leaves its page at once, and comes back to its place if the server refuses', async () => {
  const accounts = await seed(22)
  const bed = createTestBed()
  const { result } = await renderHook(
    () => ({ list: useInfiniteConnectedAccounts(), disconnect: useDisconnectAccount() }),
    { wrapper: bed.page },
  )
  await expect.poll(() => result.current.list.hasNextPage).toBe(true)
  await result.current.list.fetchNextPage()
  const ids = () =>
    result.current.list.data?.pages.map(({ accounts }) => accounts.map(({ id }) => id))
  await expect.poll(() => ids()?.length).toBe(2)
  const before = ids()
  const id = String(before?.[1]?.[0])
  expect(accounts.some((account) => account.id === id)).toBe(true)
  const { send } = bed
  let answer = () => {}
  bed.send = async (request) => {
    await new Promise<void>((resolve) => {
      answer = resolve
    })
    return send(request)
  }
  await failNext('deleteConnectedAccount', 403)
  result.current.disconnect.mutate(id)
  await expect.poll(ids).toEqual([before?.[0], before?.[1]?.slice(1)])
  bed.send = () => new Promise(() => {}) // no list is answered, so they show what was put back
  answer()
  await expect.poll(ids).toEqual(before)
})

test('an account that is being disconnected does not come back when the next page is added', async () => {
  await seed(22)
  const bed = createTestBed()
  const { result } = await renderHook(
    () => ({ list: useInfiniteConnectedAccounts(), disconnect: useDisconnectAccount() }),
    { wrapper: bed.page },
  )
  await expect.poll(() => result.current.list.hasNextPage).toBe(true)
  const ids = () =>
    result.current.list.data?.pages.flatMap(({ accounts }) => accounts.map(({ id }) => id))
  const id = String(ids()?.[3])
  const { send } = bed
  const held = new Map<string, () => void>()
  bed.send = async (request) => {
    await new Promise<void>((resolve) => held.set(request.method, resolve))
    return send(request)
  }
  const nextPage = result.current.list.fetchNextPage()
  await expect.poll(() => held.has('GET')).toBe(true)
  result.current.disconnect.mutate(id)
  await expect.poll(ids).not.toContain(id)
  held.get('GET')?.()
  await nextPage
  await expect.poll(() => ids()?.length).toBe(21)
  expect(ids()).not.toContain(id)
  bed.send = send
  await failNext('deleteConnectedAccount', 403)
  held.get('DELETE')?.()
  await expect.poll(() => result.current.disconnect.isError).toBe(true)
  await expect.poll(() => ids()?.length).toBe(22)
  expect(ids()?.[3]).toBe(id)
})

test('while nobody is logged in no page is fetched', async () => {
  const bed = createTestBed()
  const { result } = await renderHook(() => useInfiniteConnectedAccounts(), {
    wrapper: ({ children }) => <bed.page user="nobody">{children}</bed.page>,
  })
  await new Promise((resolve) => setTimeout(resolve, 100))
  expect(result.current.status).toBe('pending')
  expect(bed.calls).toEqual([])
})

test("the next user is shown none of the former user's pages, even if a QueryClient keeps previous data", async () => {
  await seed(3)
  const queryClient = new QueryClient({
    defaultOptions: { queries: { placeholderData: keepPreviousData } },
  })
  const bed = createTestBed({ queryClient })
  const shown: string[] = []
  const page = (user: 'alice' | 'bob') => (
    <bed.page user={user}>
      <Recorder user={user} shown={shown} />
    </bed.page>
  )
  const screen = await render(page('alice'))
  await expect.element(screen.getByRole('status')).toHaveTextContent('alice success')
  await screen.rerender(page('bob'))
  await expect.element(screen.getByRole('status')).toHaveTextContent('bob success')
  expect(shown).toContain('alice 3')
  expect(new Set(shown.filter((line) => line.startsWith('bob')))).toEqual(
    new Set(['bob undefined', 'bob 0']),
  )
})
