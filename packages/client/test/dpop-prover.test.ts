import { calculateJwkThumbprint, decodeProtectedHeader, EmbeddedJWK, jwtVerify } from 'jose'
import { expect, onTestFinished, test, vi } from 'vitest'
import { createDpop } from '../src/dpop/create-dpop.js'
import { fromProver } from '../src/dpop/from-prover.js'
import { deleteDpopKeyPair, loadDpopKeyPair } from '../src/dpop/key-pair.js'

const request = { url: 'https://api.example.test:8443/a/b?c=d#e', method: 'POST' }

test('a proof has the header and claims of RFC 9449 §4.2', async () => {
  const dpop = await createDpop()
  const before = Math.floor(Date.now() / 1000)
  const proof = await dpop.generateProof({ ...request, nonce: 'n1', accessToken: 'token' })
  const { payload, protectedHeader } = await jwtVerify(proof, EmbeddedJWK)
  expect(protectedHeader).toEqual({
    alg: 'ES256',
    typ: 'dpop+jwt',
    jwk: { kty: 'EC', crv: 'P-256', x: expect.any(String), y: expect.any(String) },
  })
  expect(payload).toEqual({
    jti: expect.stringMatching(/^[\da-f-]{36}$/),
    htm: 'POST',
    htu: 'https://api.example.test:8443/a/b',
    iat: expect.any(Number),
    nonce: 'n1',
    ath: 'PEaenWxYddN6Q_NT1PiOYfz4EsZu7jRXRlpAsNpBU-A', // base64url(SHA-256('token'))
  })
  expect(payload.iat).toBeGreaterThanOrEqual(before)
})

test('a hash that fails once is made again for the next proof', async () => {
  const dpop = await createDpop()
  const failure = new DOMException('The operation failed.', 'OperationError')
  vi.spyOn(crypto.subtle, 'digest').mockRejectedValueOnce(failure)
  onTestFinished(() => void vi.restoreAllMocks())
  const prove = () => dpop.generateProof({ ...request, accessToken: 'token' })
  await expect(prove()).rejects.toBe(failure)
  expect((await jwtVerify(await prove(), EmbeddedJWK)).payload).toHaveProperty('ath')
})

test('without nonce and access token a proof has neither nonce nor ath', async () => {
  const { payload } = await jwtVerify(
    await (await createDpop()).generateProof(request),
    EmbeddedJWK,
  )
  expect(Object.keys(payload).sort()).toEqual(['htm', 'htu', 'iat', 'jti'])
})

test('every proof has another jti, and ath follows the token', async () => {
  const dpop = await createDpop()
  const claims = async (accessToken: string) =>
    (await jwtVerify(await dpop.generateProof({ ...request, accessToken }), EmbeddedJWK)).payload
  const [a, b, c] = [await claims('one'), await claims('two'), await claims('one')]
  expect(new Set([a.jti, b.jti, c.jti]).size).toBe(3)
  expect(a.ath).toBe(c.ath)
  expect(a.ath).not.toBe(b.ath)
})

test("the caller's key pair signs", async () => {
  const es256 = { name: 'ECDSA', namedCurve: 'P-256' }
  const keyPair = await crypto.subtle.generateKey(es256, false, ['sign', 'verify'])
  const dpop = await createDpop({ keyPair })
  const proof = await dpop.generateProof(request)
  await jwtVerify(proof, keyPair.publicKey)
  const { jwk } = decodeProtectedHeader(proof)
  expect(await calculateJwkThumbprint(jwk ?? {})).toMatch(/^[\w-]{43}$/)
})

test('a key pair that cannot make ES256 proofs is refused at creation', async () => {
  const p384 = await crypto.subtle.generateKey({ name: 'ECDSA', namedCurve: 'P-384' }, false, [
    'sign',
    'verify',
  ])
  await expect(createDpop({ keyPair: p384 })).rejects.toThrow('keyPair must be')
  const es256 = { name: 'ECDSA', namedCurve: 'P-256' }
  const verifyOnly = await crypto.subtle.generateKey(es256, true, ['sign', 'verify'])
  const keyPair = { privateKey: verifyOnly.publicKey, publicKey: verifyOnly.publicKey }
  await expect(createDpop({ keyPair })).rejects.toThrow('keyPair must be')
})

test.for(['privateKey', 'publicKey'])('a key pair without its %s is refused', async (missing) => {
  const es256 = { name: 'ECDSA', namedCurve: 'P-256' }
  const keyPair = await crypto.subtle.generateKey(es256, false, ['sign', 'verify'])
  const { privateKey, publicKey } = keyPair
  const half = { privateKey, publicKey, [missing]: undefined }
  await expect(createDpop({ keyPair: half })).rejects.toThrow('keyPair must be')
})

test('a key pair whose public key cannot be exported is refused', async () => {
  const es256 = { name: 'ECDSA', namedCurve: 'P-256' }
  const keyPair = await crypto.subtle.generateKey(es256, false, ['sign', 'verify'])
  const jwk = await crypto.subtle.exportKey('jwk', keyPair.publicKey)
  const publicKey = await crypto.subtle.importKey('jwk', jwk, es256, false, ['verify'])
  const hidden = { privateKey: keyPair.privateKey, publicKey }
  await expect(createDpop({ keyPair: hidden })).rejects.toThrow('keyPair must be')
})

test('the hash of a token is made once for all the proofs of its life', async () => {
  const dpop = await createDpop()
  const digest = vi.spyOn(crypto.subtle, 'digest')
  try {
    for (const accessToken of ['one', 'one', 'two', 'two'])
      await dpop.generateProof({ ...request, accessToken })
    expect(digest).toHaveBeenCalledTimes(2)
  } finally {
    digest.mockRestore()
  }
})

test('nonces are kept by origin, for the last hundred of them', () => {
  const nonces = fromProver({ generateProof: async () => 'proof' })
  for (let n = 0; n < 100; n++) nonces.setNonce(`https://${n}.example.test`, `n${n}`)
  nonces.setNonce('https://0.example.test', 'again')
  nonces.setNonce('https://100.example.test', 'n100')
  expect(nonces.getNonce('https://0.example.test')).toBe('again')
  expect(nonces.getNonce('https://1.example.test')).toBeUndefined()
  expect(nonces.getNonce('https://2.example.test')).toBe('n2')
  expect(nonces.getNonce('https://100.example.test')).toBe('n100')
})

test('a prover of your own keeps its nonces and its own `this`', async () => {
  class Prover {
    readonly nonces = new Map([['https://api.example.test', 'mine']])
    async generateProof() {
      return `proof of ${this.nonces.size}`
    }
    getNonce(origin: string) {
      return this.nonces.get(origin)
    }
  }
  const dpop = fromProver(new Prover())
  expect(dpop.getNonce('https://api.example.test')).toBe('mine')
  expect(await dpop.generateProof(request)).toBe('proof of 1')
  // What is not a prover is what this is about; the types forbid it.
  for (const wrong of [{}, undefined])
    expect(() => fromProver(wrong as Parameters<typeof fromProver>[0])).toThrow(
      'generateProof() method',
    )
})

test('without IndexedDB, as in Node, a key pair cannot be kept: key_storage_unavailable', async () => {
  const expected = { name: 'StorageError', code: 'key_storage_unavailable' }
  await expect(loadDpopKeyPair('alice')).rejects.toMatchObject(expected)
  await expect(deleteDpopKeyPair('alice')).rejects.toMatchObject(expected)
  for (const name of ['', undefined as never])
    await expect(loadDpopKeyPair(name)).rejects.toThrow('name must be a string')
})
