import { beforeEach, describe, expect, test } from 'vitest'
import {
  localStorageTransactions,
  sessionStorageTransactions,
  type Transaction,
} from '../src/index.js'
import { connected } from './flows.js'

beforeEach(() => {
  sessionStorage.clear()
  localStorage.clear()
})

const record = (expiresAt: number): Transaction => ({
  connection: 'github',
  redirectUri: 'https://app.example.test/',
  appState: { nested: [1, 'ü'] },
  expiresAt,
})

describe.for([
  ['sessionStorage', sessionStorageTransactions, () => sessionStorage],
  ['localStorage', localStorageTransactions, () => localStorage],
] as const)('in %s', ([, createStore, storage]) => {
  test('a record survives as it was and is gone once deleted', async () => {
    const kept = record(Date.now() + 1000)
    await createStore().set('connect.a', kept, kept)
    expect(storage()).toHaveLength(1)
    expect(await createStore().get('connect.a')).toEqual(kept)
    await createStore().delete('connect.a')
    expect(await createStore().get('connect.a')).toBeUndefined()
    expect(storage()).toHaveLength(0)
  })

  test('long expired records go, what belongs to others stays', async () => {
    storage().setItem('theirs', 'not JSON')
    const late = record(Date.now() - 1000)
    await createStore().set('connect.late', late, late)
    const old = record(Date.now() - 2 * 3_600_000)
    await createStore().set('connect.old', old, old)
    const fresh = record(Date.now() + 1000)
    await createStore().set('connect.fresh', fresh, fresh)
    expect(await createStore().get('connect.old')).toBeUndefined()
    expect(await createStore().get('connect.late')).toEqual(late)
    expect(storage().getItem('theirs')).toBe('not JSON')
  })

  test('a flow knows what other flows have come to, and broken records are left out', async () => {
    const pending = { authSession: 's', codeVerifier: 'v', attempted: false }
    const open = { ...record(Date.now() + 1000), pending }
    await createStore().set('connect.open', open, open)
    const account = { ...connected, access_type: 'offline' as const } // a literal type
    const done = { ...record(Date.now() + 1000), account }
    await createStore().set('connect.done', done, done)
    storage().setItem('connected-accounts.transaction.connect.broken', '{')
    storage().setItem('theirs', JSON.stringify(done))
    const others = await createStore().otherFlows?.('connect.open')
    expect(others?.map((other) => other.account?.id)).toContain(connected.id)
    expect(new Set(others?.map((other) => other.account?.id))).toEqual(new Set([connected.id]))
  })

  test('a record that somebody has broken is unknown, not an error', async () => {
    storage().setItem('connected-accounts.transaction.connect.a', '{')
    expect(await createStore().get('connect.a')).toBeUndefined()
  })
})

test.for<[string, object]>([
  ['without a connection', { connection: undefined }],
  ['with an expiry that is no number', { expiresAt: 'soon' }],
  ['with a pending part that is none', { pending: 7 }],
  ['with an account that is none', { account: 7 }],
])('a record %s is unknown, and goes with the next one', async ([, wrong]) => {
  const kept = record(Date.now() + 1000)
  const key = Object.keys(await storedBy(kept))[0] ?? ''
  localStorage.setItem(key, JSON.stringify({ ...kept, ...wrong }))
  const store = localStorageTransactions()
  expect(await store.get('connect.a')).toBeUndefined()
  expect(await store.otherFlows?.('connect.b')).toEqual([])
  await store.set('connect.b', kept, kept)
  expect(localStorage).toHaveLength(1)
})

/** What the store keeps for a record. */
async function storedBy(kept: Transaction) {
  await localStorageTransactions().set('connect.a', kept, kept)
  return { ...localStorage }
}

const sentFlow = (attempted: boolean): Transaction => ({
  ...record(Date.now() + 1000),
  pending: { authSession: 'the session', codeVerifier: 'the verifier', attempted },
})

describe('what other tabs know of a flow in sessionStorage', () => {
  test('it is noted while it may have connected an account, without its secrets', async () => {
    const store = sessionStorageTransactions()
    const state = 'connect.the-whole-state'
    await store.set(state, sentFlow(false), sentFlow(false))
    expect(localStorage).toHaveLength(0)
    await store.set(state, sentFlow(true), sentFlow(true))
    const noted = JSON.stringify(localStorage)
    for (const secret of ['the session', 'the verifier', 'the-whole-state', 'nested'])
      expect(noted).not.toContain(secret)
    sessionStorage.clear() // as in another tab
    const note = { connection: 'github', pending: { attempted: true } }
    for (const other of [sessionStorageTransactions(), localStorageTransactions()])
      expect(await other.otherFlows?.('connect.other')).toContainEqual(
        expect.objectContaining(note),
      )
    expect(await store.otherFlows?.(state)).toEqual([])
    await store.delete(state)
    expect(localStorage).toHaveLength(0)
  })

  test('a long expired note goes', async () => {
    const store = sessionStorageTransactions()
    const old = { ...sentFlow(true), expiresAt: Date.now() - 2 * 3_600_000 }
    await store.set('connect.long-ago', old, old)
    await store.set('connect.just-now', sentFlow(true), sentFlow(true))
    expect(localStorage).toHaveLength(1)
  })

  test('if localStorage is full, the flow is kept all the same, and this tab knows it', async () => {
    const store = sessionStorageTransactions()
    fill(localStorage)
    await store.set('connect.sent-now', sentFlow(true), sentFlow(true))
    expect(await store.get('connect.sent-now')).toMatchObject({ connection: 'github' })
    expect(await store.otherFlows?.('connect.other')).toHaveLength(1)
  })
})

function fill(storage: Storage): void {
  for (let length = 2 ** 23; length >= 1; length /= 2) {
    try {
      storage.setItem(`filler.${length}`, 'x'.repeat(length))
    } catch {
      // too long: half of it may fit
    }
  }
}

test.for([
  ['sessionStorage', sessionStorageTransactions],
  ['localStorage', localStorageTransactions],
] as const)('%s that is full is storage_unavailable, with its cause', ([, createStore]) => {
  const huge = { ...record(Date.now() + 1000), appState: 'x'.repeat(20_000_000) }
  expect(() => createStore().set('connect.a', huge, huge)).toThrow(
    expect.objectContaining({
      code: 'storage_unavailable',
      cause: expect.objectContaining({ name: 'QuotaExceededError' }),
    }),
  )
})
