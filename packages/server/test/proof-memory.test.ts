import { afterEach, beforeEach, expect, test, vi } from 'vitest'
import { createProofMemory } from '../src/api/proof-memory.js'

beforeEach(() => void vi.useFakeTimers({ toFake: ['Date'] }))
afterEach(() => void vi.useRealTimers())

const now = () => Math.floor(Date.now() / 1000)
const pass = (seconds: number) => vi.setSystemTime(Date.now() + seconds * 1000)

test('a flood of proofs makes older ones of its key fail, but lets none in twice', async () => {
  const memory = createProofMemory(100)
  const used: { jti: string; iat: number }[] = []
  for (let number = 0; number < 1000; number += 1) {
    const proof = { jti: String(number), iat: now() }
    expect(await memory.isFirstUse('attacker', proof)).toBe(true)
    used.push(proof)
    if (number % 10 === 9) pass(1)
  }
  for (const proof of used) expect(await memory.isFirstUse('attacker', proof)).toBe(false)
  expect(await memory.isFirstUse('attacker', { jti: 'old', iat: now() - 60 })).toBe(false)
  expect(await memory.isFirstUse('attacker', { jti: 'new', iat: now() })).toBe(true)
})

test('a flood of proofs, also of proofs from the future, does nothing to the proofs of other keys', async () => {
  const memory = createProofMemory(100)
  const early = { jti: 'early', iat: now() - 60 }
  expect(await memory.isFirstUse('alice', early)).toBe(true)
  for (let number = 0; number < 1000; number += 1) {
    await memory.isFirstUse('attacker', { jti: String(number), iat: now() + (number % 30) })
  }
  expect(await memory.isFirstUse('alice', { jti: 'new', iat: now() })).toBe(true)
  expect(await memory.isFirstUse('alice', { jti: 'older', iat: now() - 60 })).toBe(true)
  expect(await memory.isFirstUse('alice', early)).toBe(false)
})

test('a proof with a time that has passed is not accepted again after the memory is swept', async () => {
  const memory = createProofMemory(100)
  const proof = { jti: 'one', iat: now() + 30 }
  expect(await memory.isFirstUse('alice', proof)).toBe(true)
  for (let seconds = 0; seconds < 330; seconds += 10) {
    pass(10)
    expect(await memory.isFirstUse('alice', proof)).toBe(false)
  }
})

test('without a flood a proof is accepted as long as its time is not over', async () => {
  const memory = createProofMemory(100)
  for (let age = 0; age <= 300; age += 30) {
    const proof = { jti: String(age), iat: now() - age }
    expect(await memory.isFirstUse('alice', proof)).toBe(true)
    expect(await memory.isFirstUse('alice', proof)).toBe(false)
  }
})

test('a flood that is over leaves nothing behind', async () => {
  const memory = createProofMemory(10)
  for (let number = 0; number < 50; number += 1) {
    await memory.isFirstUse('attacker', { jti: String(number), iat: now() + (number % 30) })
  }
  pass(400)
  expect(await memory.isFirstUse('alice', { jti: 'one', iat: now() - 299 })).toBe(true)
})

test('proofs whose time is over are forgotten, and keys that have no others', async () => {
  const memory = createProofMemory(1000)
  for (let number = 0; number < 50; number += 1) {
    await memory.isFirstUse(`key ${number % 10}`, { jti: String(number), iat: now() })
  }
  expect(memory.size()).toEqual({ keys: 10, proofs: 50 })
  pass(400)
  await memory.isFirstUse('alice', { jti: 'one', iat: now() })
  expect(memory.size()).toEqual({ keys: 1, proofs: 1 })
})

test('as many proofs are kept as there is room for', async () => {
  const memory = createProofMemory(3)
  const use = (jti: string, age: number) => memory.isFirstUse('alice', { jti, iat: now() - age })
  for (const jti of ['a', 'b', 'c']) await use(jti, 10)
  expect(memory.size()).toEqual({ keys: 1, proofs: 3 })
  await use('d', 5)
  expect(memory.size()).toEqual({ keys: 1, proofs: 1 })
})

test('a key whose proofs were all forgotten for room gets none of them in again', async () => {
  const memory = createProofMemory(1)
  const proof = { jti: 'one', iat: now() }
  await memory.isFirstUse('alice', proof)
  await memory.isFirstUse('bob', { jti: 'one', iat: now() })
  expect(memory.size().proofs).toBe(1)
  pass(1)
  expect(await memory.isFirstUse('alice', proof)).toBe(false)
})

test('room is made by the key that has most proofs now, whoever came first, and had most before', async () => {
  const memory = createProofMemory(100)
  const flood = async (key: string, iat: number) => {
    for (let number = 0; number < 300; number += 1) {
      await memory.isFirstUse(key, { jti: String(number), iat: iat + (number % 10) })
    }
  }
  await flood('first', now() - 100)
  const quiet = { jti: 'quiet', iat: now() - 200 }
  await memory.isFirstUse('quiet', quiet)
  await flood('second', now() - 50)
  await flood('first', now() - 20)
  expect(await memory.isFirstUse('quiet', { jti: 'older', iat: now() - 210 })).toBe(true)
  expect(await memory.isFirstUse('quiet', quiet)).toBe(false)
  for (const key of ['first', 'second']) {
    expect(await memory.isFirstUse(key, { jti: 'new', iat: now() })).toBe(true)
  }
})
