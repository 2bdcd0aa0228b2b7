import {
  connectedAccountsQueries,
  useConnectedAccounts,
  useSuspenseConnectedAccounts,
} from '@connected-accounts/react'
import { keepPreviousData, QueryClient, useSuspenseQuery } from '@tanstack/react-query'
import { Component, type ReactNode, Suspense } from 'react'
import { expect, test } from 'vitest'
import { render } from 'vitest-browser-react'
import { createTestBed, failNext, seed, type TestBed, withEmulator } from './support.js'

withEmulator()

/** Shows what was thrown. */
class Boundary extends Component<{ children: ReactNode }, { error?: Error }> {
  override state: { error?: Error } = {}
  static getDerivedStateFromError(error: Error) {
    return { error }
  }
  override render() {
    return this.state.error ? <output>{this.state.error.message}</output> : this.props.children
  }
}

function Waiting({ children }: { children: ReactNode }) {
  return (
    <Boundary>
      <Suspense fallback={<output>Loading</output>}>{children}</Suspense>
    </Boundary>
  )
}

function Accounts({ shown }: { shown?: number[] | undefined }) {
  const { data } = useSuspenseConnectedAccounts()
  shown?.push(data.length)
  return <output>{data.length} accounts</output>
}

function Own({ client }: Pick<TestBed, 'client'>) {
  const queries = connectedAccountsQueries({ client, user: 'auth0|alice' })
  const { data } = useSuspenseQuery(queries.accounts())
  const listed = useConnectedAccounts().data
  return <output>{data === listed && `${data.length} accounts`}</output>
}

test('the suspense hook suspends, and then has every account', async () => {
  await seed(21)
  const bed = createTestBed()
  const page = (
    <Waiting>
      <Accounts />
    </Waiting>
  )
  const screen = await render(page, { wrapper: bed.page })
  await expect.element(screen.getByRole('status')).toHaveTextContent('Loading')
  await expect.element(screen.getByRole('status')).toHaveTextContent('21 accounts')
})

test("the factories go into TanStack's own useSuspenseQuery, and share the cache with the hooks", async () => {
  await seed(2)
  const bed = createTestBed()
  const page = (
    <Waiting>
      <Own client={bed.client} />
    </Waiting>
  )
  const screen = await render(page, { wrapper: bed.page })
  await expect.element(screen.getByRole('status')).toHaveTextContent('2 accounts')
})

test('while nobody is logged in the suspense hook throws, says so, and asks nothing', async () => {
  const bed = createTestBed()
  const screen = await render(
    <bed.page user="nobody">
      <Waiting>
        <Accounts />
      </Waiting>
    </bed.page>,
  )
  await expect
    .element(screen.getByText(/^Nobody is logged in. Pass ConnectedAccountsProvider a user/))
    .toBeVisible()
  expect(bed.calls).toEqual([])
})

test('a list that the server refuses is thrown to the error boundary', async () => {
  const bed = createTestBed()
  await failNext('getConnectedAccounts', 403)
  const page = (
    <Waiting>
      <Accounts />
    </Waiting>
  )
  const screen = await render(page, { wrapper: bed.page })
  await expect.element(screen.getByText(/403/)).toBeVisible()
})

test('the suspense hook suspends anew for the next user, and never has what was the former one', async () => {
  await seed(3)
  const queryClient = new QueryClient({
    defaultOptions: { queries: { placeholderData: keepPreviousData } },
  })
  const bed = createTestBed({ queryClient })
  const shown: Record<string, number[]> = { alice: [], bob: [] }
  const page = (user: 'alice' | 'bob') => (
    <bed.page user={user}>
      <Waiting>
        <Accounts shown={shown[user]} />
      </Waiting>
    </bed.page>
  )
  const screen = await render(page('alice'))
  await expect.element(screen.getByRole('status')).toHaveTextContent('3 accounts')
  await screen.rerender(page('bob'))
  await expect.element(screen.getByText('0 accounts')).toBeVisible()
  expect(new Set(shown.bob)).toEqual(new Set([0]))
})
