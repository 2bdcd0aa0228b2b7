import type { ConnectedAccount } from '@connected-accounts/client'
import { connectedAccountsQueries, useConnectedAccounts } from '@connected-accounts/react'
import { memo, Profiler } from 'react'
import { expect, test } from 'vitest'
import { render } from 'vitest-browser-react'
import { createTestBed, seed, withEmulator } from './support.js'

withEmulator()

const google: ConnectedAccount = {
  id: 'cac_0',
  connection: 'google-oauth2',
  access_type: 'offline',
  scopes: [],
  created_at: '2026-11-22T00:00:00.000Z',
}
const thousand = Array.from({ length: 1000 }, (_, index) => ({ ...google, id: `cac_${index}` }))

/** The list as a server would answer it next time: equal, but for the scopes of one account. */
const changed = () =>
  structuredClone(thousand).map((one) => (one.id === 'cac_7' ? { ...one, scopes: ['new'] } : one))

function Count() {
  return <i>{useConnectedAccounts().data?.length}</i>
}

function Row({ id }: { id: string }) {
  const { data } = useConnectedAccounts({ select: (all) => all.find((one) => one.id === id) })
  return <i>{data?.scopes}</i>
}

/** Ids of the rows that were rendered. */
const rendered: string[] = []

const MemoizedRow = memo(({ account }: { account: ConnectedAccount }) => {
  rendered.push(account.id)
  return <i>{account.scopes}</i>
})

function List() {
  const { data } = useConnectedAccounts()
  return data?.map((one) => <MemoizedRow key={one.id} account={one} />)
}

test('1,000 mounted useConnectedAccounts make one request', async () => {
  await seed(1)
  const bed = createTestBed()
  const screen = await render(
    thousand.map(({ id }) => <Count key={id} />),
    { wrapper: bed.page },
  )
  await expect.poll(() => screen.container.textContent).toBe('1'.repeat(1000))
  expect(bed.calls).toEqual(['GET /connected-accounts/accounts?take=20'])
})

test('one account changed renders only the row that selects it again, of 1,000', async () => {
  const bed = createTestBed()
  const { client, queryClient } = bed
  const { queryKey } = connectedAccountsQueries({ client, user: 'auth0|alice' }).accounts()
  queryClient.setDefaultOptions({ queries: { staleTime: 'static' } })
  queryClient.setQueryData(queryKey, thousand)
  const screen = await render(
    thousand.map(({ id }) => (
      <Profiler key={id} id={id} onRender={(row) => rendered.push(row)}>
        <Row id={id} />
      </Profiler>
    )),
    { wrapper: bed.page },
  )
  expect(new Set(rendered).size).toBe(1000)
  rendered.splice(0)
  queryClient.setQueryData(queryKey, changed())
  await expect.poll(() => screen.container.textContent).toBe('new')
  expect(rendered).toEqual(['cac_7'])
  expect(bed.calls).toEqual([])
})

test('one account changed renders only its row again where one list gives memoized rows their account', async () => {
  const bed = createTestBed()
  const { client, queryClient } = bed
  const { queryKey } = connectedAccountsQueries({ client, user: 'auth0|alice' }).accounts()
  queryClient.setDefaultOptions({ queries: { staleTime: 'static' } })
  queryClient.setQueryData(queryKey, thousand)
  const screen = await render(<List />, { wrapper: bed.page })
  expect(new Set(rendered).size).toBe(1000)
  rendered.splice(0)
  queryClient.setQueryData(queryKey, changed())
  await expect.poll(() => screen.container.textContent).toBe('new')
  expect(new Set(rendered)).toEqual(new Set(['cac_7']))
})
