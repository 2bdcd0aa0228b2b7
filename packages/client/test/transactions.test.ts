import { expect, onTestFinished, test, vi } from 'vitest'
import { memoryTransactions, sessionStorageTransactions, type Transaction } from '../src/index.js'

const record = (expiresAt: number): Transaction => ({
  connection: 'github',
  redirectUri: 'https://app.example.test/',
  expiresAt,
})

test('a record can be read until it is deleted, also shortly after it expired', async () => {
  const store = memoryTransactions()
  const expired = record(Date.now() - 1000)
  await store.set('a', expired, expired)
  expect(await store.get('a')).toEqual(expired)
  await store.delete('a')
  expect(await store.get('a')).toBeUndefined()
})

test('records that expired over an hour ago go when another is kept, later ones stay', async () => {
  const store = memoryTransactions()
  const late = record(Date.now() - 1000)
  await store.set('late', late, late)
  const old = record(Date.now() - 2 * 3_600_000)
  await store.set('old', old, old)
  const fresh = record(Date.now() + 1000)
  await store.set('fresh', fresh, fresh)
  expect(await store.get('old')).toBeUndefined()
  expect(await store.get('late')).toEqual(late)
  expect(await store.get('fresh')).toEqual(fresh)
})

test('a record is kept for exactly an hour after it expired', async () => {
  vi.useFakeTimers({ toFake: ['Date'] })
  onTestFinished(() => void vi.useRealTimers())
  const store = memoryTransactions()
  const old = record(Date.now())
  await store.set('old', old, old)
  const another = record(Date.now() + 7_200_000)
  vi.setSystemTime(Date.now() + 3_600_000)
  await store.set('another', another, another)
  expect(await store.get('old')).toEqual(old)
  vi.setSystemTime(Date.now() + 1)
  await store.set('another', another, another)
  expect(await store.get('old')).toBeUndefined()
})

test('storage_unavailable says so where a runtime has no web storage', () => {
  const original = Object.getOwnPropertyDescriptor(globalThis, 'sessionStorage')
  Object.defineProperty(globalThis, 'sessionStorage', { value: undefined, configurable: true })
  try {
    expect(() => sessionStorageTransactions().get('a')).toThrow(
      expect.objectContaining({
        name: 'ConnectFlowError',
        code: 'storage_unavailable',
        cause: new Error('This runtime has no web storage.'),
      }),
    )
  } finally {
    if (original) Object.defineProperty(globalThis, 'sessionStorage', original)
  }
})
