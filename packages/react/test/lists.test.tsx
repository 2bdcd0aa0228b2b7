import { useConnectedAccounts, useConnections } from '@connected-accounts/react'
import { keepPreviousData, QueryClient } from '@tanstack/react-query'
import { expect, test } from 'vitest'
import { render, renderHook } from 'vitest-browser-react'
import { createTestBed, seed, withEmulator } from './support.js'

withEmulator()

/** Says what the hook says. */
function Accounts() {
  const { data, status } = useConnectedAccounts()
  return <output>{data ? `${data.length} accounts` : status}</output>
}

/** Notes how many accounts each render is given. */
function Recorder({ user, shown }: { user: string; shown: string[] }) {
  shown.push(`${user} ${useConnectedAccounts().data?.length}`)
  return null
}

test('a user without accounts gets an empty list, after a time of loading', async () => {
  const { page: App } = createTestBed()
  const statuses: string[] = []
  const { result } = await renderHook(
    () => {
      const accounts = useConnectedAccounts()
      statuses.push(accounts.status)
      return accounts
    },
    { wrapper: App },
  )
  await expect.poll(() => result.current.data).toEqual([])
  expect(statuses[0]).toBe('pending')
})

test('the accounts of every page are one list', async () => {
  const accounts = await seed(45)
  const { page, calls } = createTestBed()
  const { result } = await renderHook(() => useConnectedAccounts(), { wrapper: page })
  await expect.poll(() => result.current.data?.length).toBe(45)
  expect(new Set(result.current.data)).toEqual(new Set(accounts))
  expect(calls.filter((call) => call.includes('from='))).toHaveLength(2)
})

test('a list can be of one connection or of several, and all of them make one request', async () => {
  await seed(2, 'google-oauth2')
  await seed(1, 'github')
  await seed(1, 'acme')
  const { page: App, calls } = createTestBed()
  const { result } = await renderHook(
    () => [
      useConnectedAccounts({ connection: 'github' }),
      useConnectedAccounts({ connection: ['github', 'acme'] }),
      useConnectedAccounts(),
    ],
    { wrapper: App },
  )
  await expect.poll(() => result.current.map(({ data }) => data?.length)).toEqual([1, 2, 4])
  expect(calls).toHaveLength(1)
})

test('the connections are those that the tenant offers', async () => {
  const { page: App } = createTestBed()
  const { result } = await renderHook(() => useConnections(), { wrapper: App })
  await expect
    .poll(() => result.current.data?.map(({ name }) => name).sort())
    .toEqual(['acme', 'example-company', 'github', 'google-oauth2'])
})

test('while nobody is logged in nothing is asked; after the login the list is', async () => {
  await seed(1)
  const { page: App, calls } = createTestBed()
  const page = (user: 'nobody' | 'alice') => (
    <App user={user}>
      <Accounts />
    </App>
  )
  const screen = await render(page('nobody'))
  await expect.element(screen.getByRole('status')).toHaveTextContent('pending')
  await new Promise((resolve) => setTimeout(resolve, 200))
  expect(calls).toEqual([])
  await screen.rerender(page('alice'))
  await expect.element(screen.getByRole('status')).toHaveTextContent('1 accounts')
})

test("a user never sees the former user's accounts, even where a QueryClient keeps previous data", async () => {
  await seed(3)
  const queryClient = new QueryClient({
    defaultOptions: { queries: { placeholderData: keepPreviousData } },
  })
  const { page: App } = createTestBed({ queryClient })
  const shown: string[] = []
  const page = (user: 'alice' | 'bob') => (
    <App user={user}>
      <Recorder user={user} shown={shown} />
      <Accounts />
    </App>
  )
  const screen = await render(page('alice'))
  await expect.element(screen.getByRole('status')).toHaveTextContent('3 accounts')
  await screen.rerender(page('bob'))
  await expect.element(screen.getByRole('status')).toHaveTextContent('0 accounts')
  expect(new Set(shown.filter((line) => line.startsWith('bob')))).toEqual(
    new Set(['bob undefined', 'bob 0']),
  )
})

test('a hook outside of the provider says which provider is missing', async () => {
  await expect(renderHook(() => useConnectedAccounts())).rejects.toThrow(
    /ConnectedAccountsProvider client=\{client\} user=/,
  )
})
