import type { ConnectionDefinition } from '@connected-accounts/client'
import {
  connectedAccountsQueries,
  useConnectedAccounts,
  useDisconnectAccount,
} from '@connected-accounts/react'
import { expect, test } from 'vitest'
import { renderHook } from 'vitest-browser-react'
import { createTestBed, failNext, seed, type TestBed, withEmulator } from './support.js'

withEmulator()

const google = {
  connection: 'google-oauth2',
  revokeUrl: 'https://myaccount.google.com/connections',
}

/** Renders a list of all accounts, one of Google's, and the mutation; waits until both lists are there. */
async function renderLists(
  { page: Page }: TestBed,
  connections?: Record<string, ConnectionDefinition>,
) {
  const { result } = await renderHook(
    () => ({
      all: useConnectedAccounts().data,
      google: useConnectedAccounts({ connection: 'google-oauth2' }).data,
      disconnect: useDisconnectAccount(),
    }),
    { wrapper: (props) => <Page {...props} connections={connections} /> },
  )
  await expect.poll(() => result.current.all && result.current.google).toBeDefined()
  return {
    disconnect: () => result.current.disconnect,
    ids: () => [result.current.all, result.current.google].map((list) => list?.map(({ id }) => id)),
  }
}

/** Has every DELETE wait until it is let through, by the id of its account. */
function holdDeletions(bed: TestBed): (id: string | undefined) => void {
  const { send } = bed
  const held = new Map<string | undefined, () => void>()
  bed.send = async (request) => {
    const id = request.url.split('/').at(-1)
    if (request.method === 'DELETE') await new Promise<void>((resolve) => held.set(id, resolve))
    return send(request)
  }
  return (id) => held.get(id)?.()
}

const deletions = ({ calls }: TestBed) => calls.filter((call) => call.startsWith('DELETE'))
const lists = ({ calls }: TestBed) => calls.filter((call) => call.startsWith('GET')).length

test('an account leaves every list at once, before the server has answered', async () => {
  const [one, two] = await seed(2)
  const bed = createTestBed()
  const { disconnect, ids } = await renderLists(bed)
  const [before] = ids()
  const letThrough = holdDeletions(bed)
  disconnect().mutate(String(one?.id))
  await expect.poll(ids).toEqual([[two?.id], [two?.id]])
  expect(disconnect().isPending).toBe(true)
  const asked = lists(bed)
  letThrough(one?.id)
  await expect.poll(() => disconnect().isSuccess).toBe(true)
  expect(before).toContain(one?.id)
  expect(deletions(bed)).toEqual([`DELETE /connected-accounts/accounts/${one?.id}`])
  expect(lists(bed)).toBe(asked + 1)
  expect(ids()).toEqual([[two?.id], [two?.id]])
})

test('a refused deletion puts the account back in its place, and says why', async () => {
  const accounts = await seed(3)
  const bed = createTestBed()
  const { disconnect, ids } = await renderLists(bed)
  const before = ids()
  await failNext('deleteConnectedAccount', 403)
  const letThrough = holdDeletions(bed)
  disconnect().mutate(String(accounts[1]?.id))
  await expect.poll(() => ids()[0]?.length).toBe(2)
  bed.send = () => new Promise(() => {}) // no list is answered, so they show what was put back
  letThrough(accounts[1]?.id)
  await expect.poll(ids).toEqual(before)
})

test('the reason of a refused deletion is the error', async () => {
  const [account] = await seed(1)
  const bed = createTestBed()
  const { disconnect, ids } = await renderLists(bed)
  await failNext('deleteConnectedAccount', 403)
  disconnect().mutate(String(account?.id))
  await expect.poll(() => disconnect().error).toMatchObject({ code: 'insufficient_scope' })
  expect(ids()).toEqual([[account?.id], [account?.id]])
})

test('an account that is gone already counts as disconnected', async () => {
  const [account] = await seed(1)
  const bed = createTestBed()
  const { disconnect, ids } = await renderLists(bed)
  await bed.client.DELETE('/connected-accounts/accounts/{id}', {
    params: { path: { id: String(account?.id) } },
  })
  disconnect().mutate(String(account?.id))
  await expect.poll(() => disconnect().isSuccess).toBe(true)
  expect(ids()).toEqual([[], []])
})

test('of two deletions at once the refused one comes back and the other does not', async () => {
  const [one, two] = await seed(2)
  const bed = createTestBed()
  const { disconnect, ids } = await renderLists(bed)
  const letThrough = holdDeletions(bed)
  disconnect().mutate(String(one?.id))
  disconnect().mutate(String(two?.id))
  await expect.poll(() => deletions(bed).length).toBe(2)
  await expect.poll(ids).toEqual([[], []])
  await failNext('deleteConnectedAccount', 403)
  letThrough(one?.id)
  await expect.poll(ids).toEqual([[one?.id], [one?.id]])
  await new Promise((resolve) => setTimeout(resolve, 300))
  expect(ids()).toEqual([[one?.id], [one?.id]]) // no list was fetched while the other is under way
  letThrough(two?.id)
  await expect.poll(() => disconnect().isSuccess).toBe(true)
  expect(ids()).toEqual([[one?.id], [one?.id]])
})

test('a 404 does not count as done while the account is still listed: it comes back, with the reason', async () => {
  const [account] = await seed(1)
  const bed = createTestBed()
  const { disconnect, ids } = await renderLists(bed)
  await failNext('deleteConnectedAccount', 404)
  disconnect().mutate(String(account?.id))
  await expect.poll(() => disconnect().error).toMatchObject({ code: 'not_found' })
  expect(ids()).toEqual([[account?.id], [account?.id]])
})

test('a 404 whose check fails leaves the account in the lists, and says what failed', async () => {
  const [account] = await seed(1)
  const bed = createTestBed()
  const { disconnect, ids } = await renderLists(bed)
  await failNext('deleteConnectedAccount', 404)
  await failNext('getConnectedAccounts', 403)
  disconnect().mutate(String(account?.id))
  await expect.poll(() => disconnect().error).toMatchObject({ code: 'insufficient_scope' })
  expect(ids()).toEqual([[account?.id], [account?.id]])
})

test('a list that is fetched while the deletion is under way does not bring the account back', async () => {
  const [one, two] = await seed(2)
  const bed = createTestBed()
  const { disconnect, ids } = await renderLists(bed)
  const letThrough = holdDeletions(bed)
  disconnect().mutate(String(one?.id))
  await expect.poll(ids).toEqual([[two?.id], [two?.id]])
  const asked = lists(bed)
  await bed.queryClient.refetchQueries()
  expect(lists(bed)).toBe(asked + 1)
  expect(ids()).toEqual([[two?.id], [two?.id]])
  letThrough(one?.id)
  await expect.poll(() => disconnect().isSuccess).toBe(true)
})

test("the result says that the provider's grant stands, and where it is revoked", async () => {
  const [account] = await seed(1)
  const bed = createTestBed()
  const { client, queryClient } = bed
  const queries = connectedAccountsQueries({ client, user: 'auth0|alice' })
  await queryClient.query(queries.accounts())
  const connections = {
    code: { connection: 'github', revokeUrl: 'https://github.com/settings/applications' },
    calendar: google,
  }
  const mutation = queryClient
    .getMutationCache()
    .build(queryClient, queries.disconnect({ queryClient, connections }))
  const id = String(account?.id)
  expect(await mutation.execute(id)).toEqual({
    id,
    undone: false,
    revokeUrl: google.revokeUrl,
  })
})

test("the provider's connections give the hook its revokeUrl", async () => {
  const [account] = await seed(1)
  const bed = createTestBed()
  const { disconnect } = await renderLists(bed, { calendar: google })
  disconnect().mutate(String(account?.id))
  await expect.poll(() => disconnect().data).toMatchObject({ revokeUrl: google.revokeUrl })
})

test('a deletion is never sent twice, whatever a QueryClient says of mutations', async () => {
  const [account] = await seed(1)
  const bed = createTestBed()
  bed.queryClient.setDefaultOptions({ mutations: { retry: 3, retryDelay: 1 } })
  const { disconnect } = await renderLists(bed)
  await failNext('deleteConnectedAccount', 500)
  disconnect().mutate(String(account?.id))
  await expect.poll(() => disconnect().error).toMatchObject({ status: 500 })
  expect(deletions(bed)).toHaveLength(1)
})
