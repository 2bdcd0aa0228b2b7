import { CompactEncrypt } from 'jose'
import { expect, onTestFinished, test, vi } from 'vitest'
import { createSeal, createSeals } from '../src/cookies/seal.js'

const secret = 'a secret of more than thirty-two bytes'
const next = 'the next secret has 32 bytes or more'

test('what is sealed for one purpose is not opened for another', async () => {
  const seal = createSeal(secret)
  const sealed = await seal.close({ a: 1 }, 'session')
  expect(await seal.open(sealed, 'session')).toEqual({ a: 1 })
  expect(await seal.open(sealed, 'transaction')).toBeUndefined()
})

test('what one application has sealed is not opened by another with the same secret', async () => {
  const staging = ['web', 'https://staging.example.test']
  const sealed = await createSeal(secret, staging).close('value', 'session')
  expect(await createSeal(secret, staging).open(sealed, 'session')).toBe('value')
  for (const other of [
    ['web', 'https://app.example.test'],
    ['other', 'https://staging.example.test'],
    ['webhttps:', '//staging.example.test'],
    [],
  ]) {
    expect(await createSeal(secret, other).open(sealed, 'session')).toBeUndefined()
  }
})

test('what an earlier version has sealed is opened', async () => {
  const sealed =
    'eyJhbGciOiJkaXIiLCJlbmMiOiJBMjU2R0NNIn0..14eT5MG7NqMj9IQx.bNxRmAT2620K6w.biRslKW6Ck2k0EgfXkU7BQ'
  expect(await createSeal(secret).open(sealed, 'session')).toEqual({ id: 'a' })
  const owned =
    'eyJhbGciOiJkaXIiLCJlbmMiOiJBMjU2R0NNIn0..zhAA5uB4m1r2R19c.1KvtVJgsO9KVzQ.OpsT6TBQDRP4usSbVlB-hg'
  const owner = ['web', 'https://app.example.test']
  expect(await createSeal(secret, owner).open(owned, 'session')).toEqual({ id: 'a' })
})

test('the first of several secrets seals, and all of them open', async () => {
  const old = await createSeal(secret).close('value', 'session')
  const seal = createSeal([next, secret])
  expect(await seal.open(old, 'session')).toBe('value')
  const sealed = await seal.close('value', 'session')
  expect(await createSeal(next).open(sealed, 'session')).toBe('value')
  expect(await createSeal(secret).open(sealed, 'session')).toBeUndefined()
})

test('the same value is never sealed to the same text', async () => {
  const seal = createSeal(secret)
  expect(await seal.close('value', 'session')).not.toBe(await seal.close('value', 'session'))
})

test('a JWE without encryption by the key is not opened (RFC 7518 §4.5, §4.6)', async () => {
  const seal = createSeal(secret)
  const sealed = await seal.close('value', 'session')
  const [, ...rest] = sealed.split('.')
  for (const header of [{ alg: 'none' }, { alg: 'A256KW', enc: 'A256GCM' }, { alg: 'dir' }]) {
    const forged = [btoa(JSON.stringify(header)).replaceAll('=', ''), ...rest].join('.')
    expect(await seal.open(forged, 'session')).toBeUndefined()
  }
})

test.for([
  ['31 bytes', 'x'.repeat(31)],
  ['none', []],
  ['a short one behind', [secret, 'short']],
  ['bytes', new Uint8Array(32) as unknown as string], // as JavaScript can
] as const)('a secret of %s is refused, and the message says how to get one', ([, secrets]) => {
  expect(() => createSeal(secrets)).toThrow('openssl rand')
})

test('a secret of 32 bytes is long enough, in fewer characters, too', async () => {
  for (const each of ['x'.repeat(32), 'é'.repeat(16)]) {
    const seal = createSeal(each)
    expect(await seal.open(await seal.close('value', 'session'), 'session')).toBe('value')
  }
})

test('a key that could not be derived once is derived by the next call', async () => {
  const seal = createSeal(secret)
  const failure = new DOMException('The operation failed.', 'OperationError')
  vi.spyOn(crypto.subtle, 'importKey').mockRejectedValueOnce(failure)
  onTestFinished(() => void vi.restoreAllMocks())
  await expect(seal.close('a value', 'purpose')).rejects.toBe(failure)
  expect(await seal.open(await seal.close('a value', 'purpose'), 'purpose')).toBe('a value')
})

/** Watches the keys that are derived from now on. */
function watchKeys() {
  const deriveKey = vi.spyOn(crypto.subtle, 'deriveKey')
  onTestFinished(() => void vi.restoreAllMocks())
  return deriveKey
}

test('a key is derived once for each purpose, and no code can read it', async () => {
  const deriveKey = watchKeys()
  const seal = createSeal(secret)
  for (const purpose of ['session', 'transaction', 'session']) {
    expect(await seal.open(await seal.close('a value', purpose), purpose)).toBe('a value')
  }
  const keys = deriveKey.mock.results.map(({ value }) => value)
  expect(await Promise.all(keys)).toMatchObject([{ extractable: false }, { extractable: false }])
})

test('the seal of an owner is made once', () => {
  const seals = createSeals(secret)
  const seal = seals(['web', 'https://app.example.test'])
  expect(seals(['web', 'https://app.example.test'])).toBe(seal)
  expect(seals(['web', 'https://staging.example.test'])).not.toBe(seal)
})

test('only values that were encrypted by the key itself are opened, and none by a key that it wraps', async () => {
  const deriveKey = watchKeys()
  const seal = createSeal(secret)
  await seal.close('a value', 'session')
  const key = await deriveKey.mock.results[0]?.value
  const wrapped = await new CompactEncrypt(new TextEncoder().encode('"a value"'))
    .setProtectedHeader({ alg: 'A256GCMKW', enc: 'A256GCM' })
    .encrypt(key)
  expect(await seal.open(wrapped, 'session')).toBeUndefined()
})
