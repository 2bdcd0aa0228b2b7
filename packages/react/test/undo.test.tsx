import { createConnectedAccountsClient } from '@connected-accounts/client'
import {
  disconnectAccount,
  getPendingCallback,
  getUndoable,
} from '@connected-accounts/client/browser'
import {
  ConnectedAccountsProvider,
  connectedAccountsQueries,
  useConnectedAccounts,
  useDisconnectAccount,
} from '@connected-accounts/react'
import { MutationObserver, QueryClientProvider } from '@tanstack/react-query'
import { expect, test } from 'vitest'
import { render, renderHook } from 'vitest-browser-react'
import { createTestBed, failNext, seed, type TestBed, withEmulator } from './support.js'

withEmulator()

const deletions = ({ calls }: TestBed) => calls.filter((call) => call.startsWith('DELETE')).length
const wait = (ms: number) => new Promise((resolve) => setTimeout(resolve, ms))

/** Renders the list and the mutation, with an account in it, and waits until it is there. */
async function renderList(bed: TestBed, undoMs: number) {
  const [account] = await seed(1)
  const { result, unmount } = await renderHook(
    () => ({ list: useConnectedAccounts().data, disconnect: useDisconnectAccount({ undoMs }) }),
    { wrapper: bed.page },
  )
  await expect.poll(() => result.current.list?.length).toBe(1)
  return {
    id: String(account?.id),
    unmount,
    disconnect: () => result.current.disconnect,
    listed: () => result.current.list?.length,
  }
}

/** A row for each account, and what can be undone. */
function Rows({ ids }: { ids: string[] }) {
  const { undoable, undo } = useDisconnectAccount()
  return (
    <>
      {ids.map((id) => (
        <Row key={id} id={id} />
      ))}
      <output>{undoable.length} undoable</output>
      <button type="button" onClick={() => undo()}>
        Undo
      </button>
    </>
  )
}

function Row({ id }: { id: string }) {
  const { mutate } = useDisconnectAccount({ undoMs: 1500 })
  return (
    <button type="button" onClick={() => mutate(id)}>
      Disconnect
    </button>
  )
}

function Disconnect({ id }: { id: string }) {
  const { mutate, undoable } = useDisconnectAccount({ undoMs: 200 })
  return (
    <button type="button" onClick={() => mutate(id)}>
      {undoable.length} undoable
    </button>
  )
}

/** A list whose rows each have the hook, as people write it. */
function List({ keepUndoable }: { keepUndoable: boolean }) {
  const { data: accounts = [] } = useConnectedAccounts()
  const { lastFailure } = useDisconnectAccount()
  return (
    <>
      {lastFailure && <p role="alert">{lastFailure.error.message}</p>}
      {accounts.map(({ id }) => (
        <UndoableRow key={id} id={id} keepUndoable={keepUndoable} />
      ))}
    </>
  )
}

function UndoableRow({ id, keepUndoable }: { id: string; keepUndoable: boolean }) {
  const { mutate, undoable, undo } = useDisconnectAccount({ undoMs: 1500, keepUndoable })
  const isUndoable = undoable.includes(id)
  return (
    <button type="button" onClick={() => (isUndoable ? undo(id) : mutate(id))}>
      {isUndoable ? 'Undo' : 'Disconnect'}
    </button>
  )
}

test('with keepUndoable a row stays until the time to undo is over, so that it can undo itself', async () => {
  const bed = createTestBed()
  await seed(1)
  const screen = await render(<List keepUndoable />, { wrapper: bed.page })
  await screen.getByRole('button', { name: 'Disconnect' }).click()
  await screen.getByRole('button', { name: 'Undo' }).click()
  await expect.element(screen.getByRole('button', { name: 'Disconnect' })).toBeVisible()
  expect(deletions(bed)).toBe(0)
  await screen.getByRole('button', { name: 'Disconnect' }).click()
  await expect.element(screen.getByRole('button', { name: 'Undo' })).toBeVisible()
  const untilOver = { timeout: 5000 }
  await expect.poll(() => screen.getByRole('button').elements().length, untilOver).toBe(0)
  await expect.poll(() => deletions(bed), untilOver).toBe(1)
  await expect.poll(() => bed.queryClient.isMutating()).toBe(0) // or the next test's fault would meet this request
})

test('the error of a refused disconnect can be read anywhere, although its row was gone meanwhile', async () => {
  const bed = createTestBed()
  await seed(1)
  await failNext('deleteConnectedAccount', 403)
  const screen = await render(<List keepUndoable={false} />, { wrapper: bed.page })
  await screen.getByRole('button', { name: 'Disconnect' }).click()
  await expect
    .element(screen.getByRole('alert'))
    .toHaveTextContent('Insufficient Scope (403): A fault of the emulator')
  await screen.getByRole('button', { name: 'Disconnect' }).click() // the row is back
  await expect.poll(() => deletions(bed), { timeout: 5000 }).toBe(2)
  await expect.poll(() => screen.getByRole('alert').elements().length).toBe(0)
  await expect.poll(() => bed.queryClient.isMutating()).toBe(0)
})

test('within undoMs nothing is sent and the account is out of the list; then it is deleted', async () => {
  const bed = createTestBed()
  const { id, disconnect, listed } = await renderList(bed, 400)
  disconnect().mutate(id)
  await expect.poll(listed).toBe(0)
  expect(disconnect().undoable).toEqual([id])
  await wait(150)
  expect(deletions(bed)).toBe(0)
  expect(disconnect().isPending).toBe(true)
  await expect.poll(() => disconnect().data).toMatchObject({ id, undone: false })
  expect(deletions(bed)).toBe(1)
  expect(disconnect().undoable).toEqual([])
})

test('undo() puts the account back, nothing is ever sent, and the result says so', async () => {
  const bed = createTestBed()
  const { id, disconnect, listed } = await renderList(bed, 300)
  disconnect().mutate(id)
  await expect.poll(() => disconnect().undoable).toEqual([id])
  disconnect().undo()
  await expect.poll(listed).toBe(1)
  await expect.poll(() => disconnect().data).toMatchObject({ id, undone: true })
  await wait(500)
  expect(deletions(bed)).toBe(0)
  expect(listed()).toBe(1)
})

test('undo(id) undoes that account alone', async () => {
  const bed = createTestBed()
  const { id, disconnect, listed } = await renderList(bed, 300)
  const [other] = await seed(1, 'github')
  await bed.queryClient.refetchQueries()
  disconnect().mutate(id)
  disconnect().mutate(String(other?.id))
  await expect.poll(() => disconnect().undoable).toEqual([id, other?.id])
  disconnect().undo(id)
  await expect.poll(() => deletions(bed)).toBe(1)
  expect(bed.calls.at(-1)).not.toContain(id)
  await expect.poll(listed).toBe(1)
})

test('a focused window within undoMs does not bring the account back', async () => {
  const bed = createTestBed()
  const { id, disconnect, listed } = await renderList(bed, 500)
  disconnect().mutate(id)
  await expect.poll(listed).toBe(0)
  await bed.queryClient.refetchQueries()
  expect(listed()).toBe(0)
  disconnect().undo()
  await expect.poll(listed).toBe(1)
})

test('unmounting the component does not lose it: another one can undo it', async () => {
  const bed = createTestBed()
  const [account] = await seed(1)
  const screen = await render(<Rows ids={[String(account?.id)]} />, { wrapper: bed.page })
  await screen.getByRole('button', { name: 'Disconnect' }).click()
  await expect.element(screen.getByRole('status')).toHaveTextContent('1 undoable')
  await screen.rerender(<Rows ids={[]} />)
  await screen.getByRole('button', { name: 'Undo' }).click()
  await expect.element(screen.getByRole('status')).toHaveTextContent('0 undoable')
  await wait(1800)
  expect(deletions(bed)).toBe(0)
})

test('unmounting the component does not undo it either', async () => {
  const bed = createTestBed()
  const [account] = await seed(1)
  const screen = await render(<Rows ids={[String(account?.id)]} />, { wrapper: bed.page })
  await screen.getByRole('button', { name: 'Disconnect' }).click()
  await screen.rerender(<Rows ids={[]} />)
  await expect.poll(() => deletions(bed), { timeout: 5000 }).toBe(1)
})

test('unmounting the provider, as many pages do at a logout, undoes it', async () => {
  const bed = createTestBed()
  const { id, disconnect, unmount } = await renderList(bed, 200)
  disconnect().mutate(id)
  await expect.poll(() => disconnect().undoable).toEqual([id])
  await unmount()
  await wait(400)
  expect(deletions(bed)).toBe(0)
})

test('queryClient.clear(), as at a logout or at the end of a test, undoes it', async () => {
  const bed = createTestBed()
  const { id, disconnect } = await renderList(bed, 200)
  disconnect().mutate(id)
  await expect.poll(() => disconnect().undoable).toEqual([id])
  bed.queryClient.clear()
  expect(getUndoable()).toEqual([])
  await wait(400)
  expect(deletions(bed)).toBe(0)
})

test('the end of another disconnect, and another QueryClient, undo nothing', async () => {
  const bed = createTestBed()
  const { id, disconnect } = await renderList(bed, 400)
  disconnect().mutate(id)
  await expect.poll(() => disconnect().undoable).toEqual([id])
  disconnect().undo(id)
  await expect.poll(() => disconnect().data).toMatchObject({ undone: true })
  const [ended] = bed.queryClient.getMutationCache().getAll()
  disconnect().mutate(id)
  await expect.poll(() => disconnect().undoable).toEqual([id])
  if (ended) bed.queryClient.getMutationCache().remove(ended)
  createTestBed().queryClient.clear()
  await expect.poll(() => deletions(bed), { timeout: 5000 }).toBe(1)
})

test('without a provider, clear() undoes what the factories have begun', async () => {
  const bed = createTestBed()
  const { queryClient, client } = bed
  const queries = connectedAccountsQueries({ client, user: 'auth0|alice' })
  const mutation = new MutationObserver(
    queryClient,
    queries.disconnect({ queryClient, undoMs: 200 }),
  )
  const result = mutation.mutate('cac_1')
  await expect.poll(() => getUndoable().length).toBe(1)
  queryClient.clear()
  expect(await result).toMatchObject({ undone: true })
  expect(bed.calls).toEqual([])
})

test('what docs/hooks.md does after each test ends what a test without React has left', async () => {
  const { calls, client } = createTestBed()
  const isUndone = disconnectAccount(client, 'cac_1', { user: 'auth0|alice', undoMs: 200 })
  window.history.replaceState(null, '', '?connect_code=c&state=connect.s')
  expect(getPendingCallback()).toBeDefined()
  for (const { undo } of getUndoable()) undo()
  getPendingCallback()?.dismiss()
  expect(await isUndone).toBe(true)
  expect(calls).toEqual([])
  expect(getPendingCallback()?.isDismissed ?? true).toBe(true)
  window.history.replaceState(null, '', '?next=test')
  expect(getPendingCallback()).toBeUndefined()
})

test("two providers for different users leave each other's undo alone", async () => {
  const [account] = await seed(1)
  const bed = createTestBed()
  const both = await render(
    <>
      <bed.page user="bob">
        <output>Bob</output>
      </bed.page>
      <bed.page>
        <Rows ids={[String(account?.id)]} />
      </bed.page>
    </>,
  )
  await both.getByRole('button', { name: 'Disconnect' }).click()
  await expect.element(both.getByText('1 undoable')).toBeVisible()
  const other = await render(<bed.page user="bob">Bob again</bed.page>)
  await other.unmount()
  await expect.poll(() => deletions(bed), { timeout: 5000 }).toBe(1)
})

test('two providers for a user with the same id at two tenants leave what the other can undo alone', async () => {
  const [account] = await seed(1)
  const bed = createTestBed()
  const client = createConnectedAccountsClient({ domain: 'other.example', accessToken: 'none' })
  const both = (isBoth: boolean) => (
    <>
      <bed.page>
        <Rows ids={[String(account?.id)]} />
      </bed.page>
      {isBoth && (
        <QueryClientProvider client={bed.queryClient}>
          <ConnectedAccountsProvider client={client} user="auth0|alice">
            Other tenant: <Disconnect id="cac_other" />
          </ConnectedAccountsProvider>
        </QueryClientProvider>
      )}
    </>
  )
  const screen = await render(both(true))
  await screen.getByRole('button', { name: 'Disconnect' }).click()
  await expect.element(screen.getByText('1 undoable')).toBeVisible()
  await expect.element(screen.getByText('0 undoable')).toBeVisible()
  await screen.rerender(both(false))
  await expect.poll(() => deletions(bed), { timeout: 5000 }).toBe(1)
})

test('leaving within the undo window sends nothing, and a page that comes back has the account', async () => {
  const bed = createTestBed()
  const { id, disconnect, listed } = await renderList(bed, 200)
  disconnect().mutate(id)
  await expect.poll(listed).toBe(0)
  window.dispatchEvent(new PageTransitionEvent('pagehide', { persisted: true }))
  await wait(400)
  expect(deletions(bed)).toBe(0)
  window.dispatchEvent(new PageTransitionEvent('pageshow', { persisted: true }))
  await expect.poll(listed).toBe(1)
  expect(disconnect().data).toMatchObject({ undone: true })
  expect(deletions(bed)).toBe(0)
})

test('a deletion that is refused after the window is rolled back', async () => {
  const bed = createTestBed()
  const { id, disconnect, listed } = await renderList(bed, 100)
  await failNext('deleteConnectedAccount', 403)
  disconnect().mutate(id)
  await expect.poll(listed).toBe(0)
  await expect.poll(() => disconnect().error).toMatchObject({ code: 'insufficient_scope' })
  await expect.poll(listed).toBe(1)
})

test("a user switched within the undo window undoes it: nothing is sent with the next user's token", async () => {
  const [account] = await seed(1)
  const bed = createTestBed()
  const page = (user: 'alice' | 'bob') => (
    <bed.page user={user}>
      <Disconnect id={String(account?.id)} />
    </bed.page>
  )
  const screen = await render(page('alice'))
  await screen.getByRole('button').click()
  await expect.element(screen.getByRole('button')).toHaveTextContent('1 undoable')
  await screen.rerender(page('bob'))
  await expect.element(screen.getByRole('button')).toHaveTextContent('0 undoable')
  await wait(400)
  expect(deletions(bed)).toBe(0)
})
