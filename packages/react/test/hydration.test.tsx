import { connectedAccountsQueries, useConnectedAccounts } from '@connected-accounts/react'
import { dehydrate, HydrationBoundary, QueryClient } from '@tanstack/react-query'
import { expect, test } from 'vitest'
import { render, renderHook } from 'vitest-browser-react'
import { createTestBed, seed, type TestBed, withEmulator } from './support.js'

withEmulator()

const queriesOf = ({ client }: TestBed) => connectedAccountsQueries({ client, user: 'auth0|alice' })

function Accounts() {
  const { data, status } = useConnectedAccounts()
  return <output>{data ? `${data.length} accounts` : status}</output>
}

test('what was fetched ahead is there at once, and is not asked for again while it is fresh', async () => {
  await seed(2)
  const bed = createTestBed()
  bed.queryClient.setDefaultOptions({ queries: { staleTime: 60_000 } })
  await bed.queryClient.query(queriesOf(bed).accounts())
  const screen = await render(<Accounts />, { wrapper: bed.page })
  expect(screen.container.textContent).toBe('2 accounts')
  expect(bed.calls).toHaveLength(1)
})

test('pages can be fetched ahead', async () => {
  await seed(25)
  const bed = createTestBed()
  const data = await bed.queryClient.infiniteQuery({
    ...queriesOf(bed).infiniteAccounts(),
    pages: 2,
  })
  expect(data.pages.map(({ accounts }) => accounts.length)).toEqual([20, 5])
})

test('setQueryData shows what it sets, and an invalidation by the key of everything asks again', async () => {
  const [account] = await seed(1)
  const bed = createTestBed()
  const queries = queriesOf(bed)
  const { result } = await renderHook(() => useConnectedAccounts(), { wrapper: bed.page })
  await expect.poll(() => result.current.data).toHaveLength(1)
  bed.queryClient.setQueryData(queries.accounts().queryKey, [])
  await expect.poll(() => result.current.data).toEqual([])
  await bed.queryClient.invalidateQueries({ queryKey: queries.key })
  await expect.poll(() => result.current.data).toEqual([account])
})

test("what a server fetched is there on the page's first render, under StrictMode, and nothing is asked", async () => {
  await seed(3)
  const server = createTestBed()
  await server.queryClient.query(queriesOf(server).accounts())
  const state = JSON.parse(JSON.stringify(dehydrate(server.queryClient)))
  const queryClient = new QueryClient({ defaultOptions: { queries: { staleTime: 60_000 } } })
  const bed = createTestBed({ queryClient })
  const page = (
    <HydrationBoundary state={state}>
      <Accounts />
    </HydrationBoundary>
  )
  const screen = await render(page, { wrapper: bed.page })
  expect(screen.container.textContent).toBe('3 accounts')
  expect(bed.calls).toEqual([])
})
