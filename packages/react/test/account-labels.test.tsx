import {
  type AccountLabel,
  type AccountLabels,
  localStorageAccountLabels,
} from '@connected-accounts/client'
import { useAccountLabel, useConnection, useDisconnectAccount } from '@connected-accounts/react'
import { beforeEach, expect, test } from 'vitest'
import { renderHook } from 'vitest-browser-react'
import {
  createTestBed,
  failNext,
  nextNavigation,
  seed,
  type TestBed,
  withEmulator,
} from './support.js'

withEmulator()
beforeEach(() => localStorage.clear())

const alice = 'auth0|alice'
const work: AccountLabel = {
  label: 'Work',
  email: 'alice@work.example',
  loginHint: 'alice@work.example',
}

interface Given {
  accountLabels?: AccountLabels | undefined
  bed?: TestBed
  id?: string
}

/** Renders the label of an account, and what disconnects it. */
function renderLabel({ accountLabels, bed = createTestBed(), id = 'cac_1' }: Given) {
  const { page: Page } = bed
  return renderHook(
    () => ({ ...useAccountLabel(id), disconnect: useDisconnectAccount({ undoMs: 100 }) }),
    { wrapper: (props) => <Page {...props} accountLabels={accountLabels} /> },
  )
}

/** A store as an application has it, in a database. */
function database(kept: Record<string, unknown> = {}): AccountLabels {
  const labels = new Map(Object.entries(kept))
  return {
    get: async (user, id) => labels.get(`${user} ${id}`) as AccountLabel | undefined, // as it was set, or broken
    set: async (user, id, label) => void labels.set(`${user} ${id}`, label),
    delete: async (user, id) => void labels.delete(`${user} ${id}`),
  }
}

test('a label is read, a part of it is changed, and null deletes it', async () => {
  const accountLabels = database({ [`${alice} cac_1`]: work })
  const { result } = await renderLabel({ accountLabels })
  await expect.poll(() => result.current.label).toEqual(work)
  expect(result.current.isEnabled).toBe(true)
  result.current.setLabel({ label: 'Office', email: undefined })
  const changed = { label: 'Office', loginHint: 'alice@work.example' }
  await expect.poll(() => result.current.label).toEqual(changed)
  expect(await accountLabels.get(alice, 'cac_1')).toEqual(changed)
  result.current.setLabel(null)
  await expect.poll(() => result.current.label).toBeUndefined()
  expect(await accountLabels.get(alice, 'cac_1')).toBeUndefined()
  expect(result.current.error).toBeNull()
})

test('a wrong field is refused, and the label stays', async () => {
  const accountLabels = database({ [`${alice} cac_1`]: work })
  const { result } = await renderLabel({ accountLabels })
  result.current.setLabel({ picture: 'http://work.example/alice.png' })
  await expect.poll(() => result.current.error).toBeInstanceOf(TypeError)
  expect(result.current.error?.message).toContain('picture must be an https: URL')
  expect(await accountLabels.get(alice, 'cac_1')).toEqual(work)
})

test('the first label needs the text that people see', async () => {
  const { result } = await renderLabel({ accountLabels: database() })
  result.current.setLabel({ loginHint: 'alice@work.example' })
  await expect.poll(() => result.current.error?.message).toContain('label must be')
})

test('what a store of the application returns is checked before it is shown', async () => {
  const accountLabels = database({
    [`${alice} cac_1`]: { label: 'Work', picture: 'http://work.example/' },
    [`${alice} cac_2`]: { ...work, accessToken: 'a-token' },
  })
  const broken = await renderLabel({ accountLabels })
  const careless = await renderLabel({ accountLabels, id: 'cac_2' })
  await expect.poll(() => careless.result.current.label).toEqual(work)
  expect(broken.result.current.label).toBeUndefined()
})

test('without accountLabels there is no label, and to set one says what is missing', async () => {
  const { result } = await renderLabel({})
  expect(result.current).toMatchObject({ label: undefined, isEnabled: false, error: null })
  result.current.setLabel({ label: 'Work' })
  await expect.poll(() => result.current.error?.message).toContain('Pass accountLabels')
})

test('the error of a store that fails is shown', async () => {
  const failing = { ...database(), get: () => Promise.reject(new Error('No database.')) }
  const { result } = await renderLabel({ accountLabels: failing })
  await expect.poll(() => result.current.error?.message).toBe('No database.')
})

test('a label is deleted with its account: not by an undo, and not before the server has deleted it', async () => {
  const [account] = await seed(1)
  const id = String(account?.id)
  const accountLabels = localStorageAccountLabels()
  accountLabels.set(alice, id, work)
  const bed = createTestBed()
  const { result } = await renderLabel({ accountLabels, bed, id })
  await expect.poll(() => result.current.label).toEqual(work)

  result.current.disconnect.mutate(id)
  await expect.poll(() => result.current.disconnect.undoable).toEqual([id])
  result.current.disconnect.undo()
  await expect.poll(() => result.current.disconnect.isSuccess).toBe(true)
  expect(accountLabels.get(alice, id)).toEqual(work)

  await failNext('deleteConnectedAccount', 429)
  result.current.disconnect.mutate(id)
  await expect.poll(() => result.current.disconnect.isError).toBe(true)
  expect(accountLabels.get(alice, id)).toEqual(work)

  result.current.disconnect.mutate(id)
  await expect.poll(() => result.current.disconnect.isSuccess).toBe(true)
  await expect.poll(() => accountLabels.get(alice, id)).toBeUndefined()
})

test('a store that cannot delete a label does not fail the disconnect', async () => {
  const [account] = await seed(1)
  const id = String(account?.id)
  const failing = { ...database(), delete: () => Promise.reject(new Error('No database.')) }
  const { result } = await renderLabel({ accountLabels: failing, id })
  result.current.disconnect.mutate(id)
  await expect.poll(() => result.current.disconnect.data?.id).toBe(id)
})

test('the labels in web storage stay when the provider unmounts, because that is no logout', async () => {
  const accountLabels = localStorageAccountLabels()
  accountLabels.set(alice, 'cac_1', work)
  const { page: Page } = createTestBed()
  const render = (user: 'alice' | 'nobody') =>
    renderHook(() => useAccountLabel('cac_1'), {
      wrapper: (props) => <Page {...props} user={user} accountLabels={accountLabels} />,
    })
  const first = await render('alice')
  await expect.poll(() => first.result.current.label).toEqual(work)
  await first.unmount()
  expect(accountLabels.get(alice, 'cac_1')).toEqual(work)
})

test('a logout in the page deletes the labels in web storage', async () => {
  const accountLabels = localStorageAccountLabels()
  accountLabels.set(alice, 'cac_1', work)
  const { page: Page } = createTestBed()
  let user: 'alice' | 'nobody' = 'alice'
  const { result, rerender } = await renderHook(() => useAccountLabel('cac_1'), {
    wrapper: (props) => <Page {...props} user={user} accountLabels={accountLabels} />,
  })
  await expect.poll(() => result.current.label).toEqual(work)
  user = 'nobody'
  await rerender()
  await expect.poll(() => localStorage.length).toBe(0)
  expect(result.current.label).toBeUndefined()
})

test("repair() suggests the account by the label's loginHint, and sends nothing else of the label", async () => {
  const [account] = await seed(1)
  const accountLabels = localStorageAccountLabels()
  accountLabels.set(alice, String(account?.id), { ...work, loginHint: 'hint@work.example' })
  const bed = createTestBed()
  const { page: Page } = bed
  const bodies: string[] = []
  const { send } = bed
  bed.send = async (request) => {
    if (request.method === 'POST') bodies.push(await request.clone().text())
    return send(request)
  }
  const { result } = await renderHook(
    () => ({
      connection: useConnection('google-oauth2', { scopes: ['calendar'] }),
      label: useAccountLabel(String(account?.id)).label,
    }),
    { wrapper: (props) => <Page {...props} accountLabels={accountLabels} /> },
  )
  await expect.poll(() => result.current.label).toBeDefined()
  await expect.poll(() => result.current.connection.status).toBe('missing_scopes')
  const left = nextNavigation()
  result.current.connection.repair()
  await left
  expect(JSON.parse(String(bodies[0]))).toMatchObject({
    authorization_params: { login_hint: 'hint@work.example' },
  })
  expect(bodies.join()).not.toContain('alice@work.example')
  expect(bodies.join()).not.toContain('Work')
})
