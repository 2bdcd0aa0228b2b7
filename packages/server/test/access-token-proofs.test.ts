import { exportJWK, generateKeyPair } from 'jose'
import { afterEach, beforeAll, beforeEach, describe, expect, test, vi } from 'vitest'
import type { SharedStore } from '../src/index.js'
import {
  type ApiWorld,
  baseUrl,
  bearer,
  type ChangedProof,
  createApiWorld,
  dpop,
  outcome,
  refusal,
  request,
  url,
} from './api-world.js'

let world: ApiWorld
let token: string
beforeAll(async () => {
  world = await createApiWorld()
})
beforeEach(async () => {
  token = await world.signBound()
})
afterEach(() => vi.useRealTimers())

const now = () => Math.floor(Date.now() / 1000)
const ok = 'auth0|alice'

/** Verifies a request with the bound token and a proof of which one part is changed. */
const withProof = async (changed: ChangedProof = {}, at?: string, init?: RequestInit) =>
  world.createVerifier()(dpop(token, await world.prove(token, changed), at, init))

describe('a token that is bound to a key', () => {
  test('is accepted with a proof', async () => {
    expect(await outcome(withProof())).toBe(ok)
  })

  test('is never accepted as Bearer, with a proof or without (RFC 9449 §7.2)', async () => {
    const headers = { authorization: `Bearer ${token}`, dpop: await world.prove(token) }
    for (const sent of [bearer(token), request(headers)]) {
      const error = await refusal(world.createVerifier()(sent))
      expect([error.code, error.status]).toEqual(['invalid_token', 401])
      expect(error.headers['www-authenticate']).toMatch(
        /^DPoP error="invalid_token", .* with the scheme DPoP and a proof\.", algs="ES256"$/,
      )
    }
  })

  test('that is not bound is not accepted as DPoP', async () => {
    token = await world.sign()
    const error = await refusal(withProof())
    expect([error.code, error.message]).toEqual([
      'invalid_token',
      expect.stringContaining('Send it as Bearer'),
    ])
    expect(await outcome(world.createVerifier()(bearer(token)))).toBe(ok)
  })

  test('is refused without a proof', async () => {
    for (const headers of [{}, { dpop: '' }]) {
      const sent = request({ authorization: `DPoP ${token}`, ...headers })
      const error = await refusal(world.createVerifier()(sent))
      expect([error.code, error.status]).toEqual(['invalid_dpop_proof', 401])
      expect(error.message).toBe('The DPoP proof is refused: the request has none.')
    }
  })
})

describe('a proof is refused', () => {
  test.for<[string, () => ChangedProof | Promise<ChangedProof>, RegExp]>([
    ['of another type (RFC 9449 §4.3, 4)', () => ({ header: { typ: 'JWT' } }), /ES256/],
    ['without a type (§4.3, 4)', () => ({ header: { typ: undefined } }), /ES256/],
    ['without its key (§4.3, 6)', () => ({ header: { jwk: undefined } }), /key/],
    ['whose key is null (§4.3, 6)', () => ({ header: { jwk: null } }), /key/],
    [
      'whose key is no point of the curve',
      () => ({ header: { jwk: { ...world.client.jwk, x: world.client.jwk.y } } }),
      /key/,
    ],
    [
      'signed with another key than it names (§4.3, 7)',
      async () => ({ key: (await generateKeyPair('ES256')).privateKey }),
      /ES256/,
    ],
    [
      'that shows its private key (§4.3, 7)',
      async () => ({ header: { jwk: await exportJWK(world.client.privateKey) } }),
      /ES256/,
    ],
    ['of another key than the token’s (§4.3, 12)', otherKey, /bound to another key/],
    ['without an identifier (§4.3, 3)', () => ({ claims: { jti: undefined } }), /jti/],
    ['whose identifier is empty', () => ({ claims: { jti: '' } }), /jti/],
    ['whose identifier is a number', () => ({ claims: { jti: 1 } }), /jti/],
    ['for another method (§4.3, 8)', () => ({ claims: { htm: 'POST' } }), /htm/],
    ['for a method in small letters (§4.3, 8)', () => ({ claims: { htm: 'get' } }), /htm/],
    ['without a method (§4.3, 3)', () => ({ claims: { htm: undefined } }), /htm/],
    ['for another path (§4.3, 9)', () => ({ claims: { htu: `${baseUrl}/other` } }), /htu/],
    [
      'for another host (§4.3, 9)',
      () => ({ claims: { htu: 'https://evil.example.test/events' } }),
      /htu/,
    ],
    [
      'for another port (§4.3, 9)',
      () => ({ claims: { htu: 'https://api.example.test:8443/events' } }),
      /htu/,
    ],
    [
      'for plain http (§4.3, 9)',
      () => ({ claims: { htu: 'http://api.example.test/events' } }),
      /htu/,
    ],
    [
      'for a URL with a user',
      () => ({ claims: { htu: 'https://alice@api.example.test/events' } }),
      /htu/,
    ],
    ['for a path alone', () => ({ claims: { htu: '/events' } }), /htu/],
    ['whose URL is a list', () => ({ claims: { htu: [url] } }), /htu/],
    ['without a URL (§4.3, 3)', () => ({ claims: { htu: undefined } }), /htu/],
    ['from long ago (§4.3, 11)', () => ({ claims: { iat: now() - 310 } }), /iat/],
    ['from the future (§4.3, 11)', () => ({ claims: { iat: now() + 60 } }), /iat/],
    ['whose time is text', () => ({ claims: { iat: String(now()) } }), /not a JWT/],
    ['without a time (§4.3, 3)', () => ({ claims: { iat: undefined } }), /iat/],
    ['of another token (§4.3, 12)', () => ({ claims: { ath: 'AAAA' } }), /ath/],
    ['without the hash of the token (§4.3, 12)', () => ({ claims: { ath: undefined } }), /ath/],
  ])('%s', async ([, change, reason]) => {
    expect(await outcome(withProof())).toBe(ok)
    const error = await refusal(withProof(await change()))
    expect([error.code, error.status]).toEqual(['invalid_dpop_proof', 401])
    expect(error.message).toMatch(reason)
    expect(error.headers['www-authenticate']).toMatch(/^DPoP error="invalid_dpop_proof", /)
  })

  async function otherKey(): Promise<ChangedProof> {
    const { privateKey: key, publicKey } = await generateKeyPair('ES256', { extractable: true })
    return { key, header: { jwk: await exportJWK(publicKey) } }
  }

  test('that is signed with another algorithm (§4.3, 5)', async () => {
    const { privateKey: key, publicKey } = await generateKeyPair('RS256', { extractable: true })
    const header = { alg: 'RS256', jwk: await exportJWK(publicKey) }
    expect(await outcome(withProof({ key, header }))).toBe('invalid_dpop_proof')
  })

  test('if there are two (§4.3, 1)', async () => {
    const sent = dpop(token, await world.prove(token))
    sent.headers.append('dpop', await world.prove(token))
    expect(await outcome(world.createVerifier()(sent))).toBe('invalid_dpop_proof')
  })

  test('that is longer than 8 KiB', async () => {
    const error = await refusal(withProof({ claims: { more: 'a'.repeat(9000) } }))
    expect(error.message).toContain('too long')
  })

  test('by its time from the second after its five minutes, or before its 30 seconds', async () => {
    vi.useFakeTimers({ toFake: ['Date'], now: 1_800_000_000_000 })
    token = await world.signBound()
    const at = (age: number) => outcome(withProof({ claims: { iat: now() - age } }))
    expect([await at(300), await at(-30)]).toEqual([ok, ok])
    expect([await at(301), await at(-31)]).toEqual(['invalid_dpop_proof', 'invalid_dpop_proof'])
  })

  test('by a wrong clock with a message that says what time it is here', async () => {
    const error = await refusal(withProof({ claims: { iat: now() - 3600 } }))
    expect(error.message).toContain(new Date().toISOString().slice(0, 13))
  })
})

describe('the URL of a proof', () => {
  test.for([
    ['without the query of the request', url, `${url}?today`],
    ['with another query and a fragment (§4.3, 9)', `${url}?a=b#c`, url],
    ['with the default port and capital letters', 'HTTPS://API.example.test:443/events', url],
    [
      'with an escape that is not needed (RFC 3986 §6.2.2)',
      `${baseUrl}/%7Ealice%2fa`,
      `${baseUrl}/~alice%2Fa`,
    ],
    ['with dots in its path', `${baseUrl}/a/../events`, url],
    ['without a path, for the root', baseUrl, `${baseUrl}/`],
  ] as const)('is the same %s', async ([, htu, at]) => {
    expect(await outcome(withProof({ claims: { htu } }, at))).toBe(ok)
  })

  test('is another one if only an escaped slash tells them apart', async () => {
    expect(
      await outcome(withProof({ claims: { htu: `${baseUrl}/a/b` } }, `${baseUrl}/a%2Fb`)),
    ).toBe('invalid_dpop_proof')
  })

  test('must have the origin of baseUrl, whatever Host and X-Forwarded-Host say', async () => {
    const atProxy = 'http://10.0.0.1:8080/events'
    expect(await outcome(withProof({}, atProxy))).toBe(ok)
    expect(await outcome(withProof({ claims: { htu: atProxy } }, atProxy))).toBe(
      'invalid_dpop_proof',
    )
    const stolen = await world.prove(token, { claims: { htu: 'https://evil.example.test/events' } })
    const sent = dpop(token, stolen, 'https://evil.example.test/events')
    sent.headers.set('x-forwarded-host', 'evil.example.test')
    expect(await outcome(world.createVerifier()(sent))).toBe('invalid_dpop_proof')
  })

  test('has the prefix of baseUrl, which a proxy has stripped from the request', async () => {
    const verifyAccessToken = world.createVerifier({ baseUrl: 'https://example.test/api//' })
    const proofFor = (htu: string) => world.prove(token, { claims: { htu } })
    const proof = await proofFor('https://example.test/api/events')
    expect(await outcome(verifyAccessToken(dpop(token, proof)))).toBe(ok)
    const { headers } = dpop(token, await proofFor('https://example.test/api/'))
    expect(await outcome(verifyAccessToken({ method: 'GET', url: '*', headers }))).toBe(ok)
  })

  test('is that of a request that has only a path, even if this looks like a host', async () => {
    const verifyAccessToken = world.createVerifier()
    const at = async (path: string, htu: string) => {
      const { headers } = dpop(token, await world.prove(token, { claims: { htu } }))
      return outcome(verifyAccessToken({ method: 'GET', url: path, headers }))
    }
    expect(await at('/events?today', url)).toBe(ok)
    expect(await at('//evil.example.test/events', `${baseUrl}//evil.example.test/events`)).toBe(ok)
    expect(await at('//evil.example.test/events', url)).toBe('invalid_dpop_proof')
    expect(await at('*', `${baseUrl}/`)).toBe(ok)
  })
})

describe('a proof that was used', () => {
  test('is refused (§11.1), and so is one of two that come at once', async () => {
    const verifyAccessToken = world.createVerifier()
    const proof = await world.prove(token)
    const twice = [1, 2].map(() => outcome(verifyAccessToken(dpop(token, proof))))
    expect((await Promise.all(twice)).sort()).toEqual([ok, 'invalid_dpop_proof'])
    const { code, message } = await refusal(verifyAccessToken(dpop(token, proof)))
    expect([code, message]).toEqual([
      'invalid_dpop_proof',
      expect.stringContaining('it was used before'),
    ])
  })

  test('is refused until its time is over, also if it is from the future', async () => {
    vi.useFakeTimers({ toFake: ['Date'] })
    const verifyAccessToken = world.createVerifier()
    token = await world.sign({ cnf: { jkt: world.client.jkt }, exp: now() + 3600 })
    const proof = await world.prove(token, { claims: { iat: now() + 29 } })
    expect(await outcome(verifyAccessToken(dpop(token, proof)))).toBe(ok)
    for (let second = 0; second <= 330; second += 11) {
      expect(await outcome(verifyAccessToken(dpop(token, proof)))).toBe('invalid_dpop_proof')
      vi.setSystemTime(Date.now() + 11_000)
    }
  })

  test('does not stand in the way of the same identifier of another client', async () => {
    const verifyAccessToken = world.createVerifier()
    const other = await createApiWorld()
    const claims = { jti: 'one' }
    const theirs = await world.sign({ cnf: { jkt: other.client.jkt } })
    expect(
      await Promise.all([
        outcome(verifyAccessToken(dpop(token, await world.prove(token, { claims })))),
        outcome(verifyAccessToken(dpop(theirs, await other.prove(theirs, { claims })))),
      ]),
    ).toEqual([ok, ok])
  })

  test('can be sent again if it was refused for another reason', async () => {
    const verifyAccessToken = world.createVerifier()
    const proof = await world.prove(token)
    const elsewhere = dpop(token, proof, `${baseUrl}/other`)
    expect(await outcome(verifyAccessToken(elsewhere))).toBe('invalid_dpop_proof')
    expect(await outcome(verifyAccessToken(dpop(token, proof)))).toBe(ok)
  })
})

/** A store in memory, as several machines would share one. */
function createStore(): SharedStore & { kept: Map<string, string>; ttls: number[] } {
  const kept = new Map<string, string>()
  const ttls: number[] = []
  return {
    kept,
    ttls,
    get: async (key) => kept.get(key),
    set: async (key, value) => kept.set(key, value),
    delete: async (key) => kept.delete(key),
    async replace(key, expected, value, ttl) {
      if (kept.get(key) !== expected) return false
      kept.set(key, value)
      ttls.push(ttl)
      return true
    },
  }
}

describe('with a store', () => {
  test('a proof is kept until it is too old', async () => {
    vi.useFakeTimers({ toFake: ['Date'], now: 1_800_000_000_000 })
    token = await world.signBound()
    const proofs = createStore()
    const proof = await world.prove(token, { claims: { iat: now() - 10 } })
    await world.createVerifier({ proofs })(dpop(token, proof))
    expect(proofs.ttls).toEqual([291_000])
  })

  test('a proof that was used at one machine is refused at the others', async () => {
    const proofs = createStore()
    const [one, other] = [world.createVerifier({ proofs }), world.createVerifier({ proofs })]
    const proof = await world.prove(token)
    expect(await outcome(one(dpop(token, proof)))).toBe(ok)
    expect(await outcome(other(dpop(token, proof)))).toBe('invalid_dpop_proof')
    const [ttl = 0] = proofs.ttls
    expect(ttl).toBeGreaterThan(298_000) // as long as the proof could be accepted
    expect([...proofs.kept].flat().join()).not.toContain(proof.split('.')[1])
  })

  test('that fails or hangs, no proof is accepted: store_unavailable, 503', async () => {
    const failing = { ...createStore(), replace: () => Promise.reject(new Error('away')) }
    const hanging = { ...createStore(), replace: () => new Promise<never>(() => {}) }
    for (const proofs of [failing, hanging]) {
      const verifyAccessToken = world.createVerifier({ proofs, timeout: 50 })
      const error = await refusal(verifyAccessToken(dpop(token, await world.prove(token))))
      expect([error.code, error.status]).toEqual(['store_unavailable', 503])
      expect(error.headers).toEqual({ 'retry-after': '5' })
      expect(await outcome(verifyAccessToken(bearer(await world.sign())))).toBe(ok)
    }
  })
})

describe('with a nonceSecret', () => {
  const nonceSecret = 'a secret of more than thirty-two bytes'

  test('a proof without a nonce is use_dpop_nonce, and works with the nonce of that answer (RFC 9449 §9)', async () => {
    const verifyAccessToken = world.createVerifier({ nonceSecret })
    const error = await refusal(verifyAccessToken(dpop(token, await world.prove(token))))
    expect([error.code, error.status]).toEqual(['use_dpop_nonce', 401])
    expect(error.headers['www-authenticate']).toMatch(/^DPoP error="use_dpop_nonce", /)
    const nonce = error.getResponse().headers.get('dpop-nonce') ?? ''
    expect(nonce).toMatch(/^[\w.-]{20,500}$/)
    for (let times = 0; times < 2; times += 1) {
      const proof = await world.prove(token, { claims: { nonce } })
      expect(await outcome(verifyAccessToken(dpop(token, proof)))).toBe(ok)
      expect(await outcome(verifyAccessToken(dpop(token, proof)))).toBe('invalid_dpop_proof')
    }
  })

  const nonceOf = async (secret: string, more: object = {}) => {
    const verifyAccessToken = world.createVerifier({ nonceSecret: secret, ...more })
    const error = await refusal(verifyAccessToken(dpop(token, await world.prove(token))))
    return error.headers['dpop-nonce'] ?? ''
  }
  const send = async (nonce: unknown, secret: string | string[] = nonceSecret) => {
    const verifyAccessToken = world.createVerifier({ nonceSecret: secret })
    return outcome(verifyAccessToken(dpop(token, await world.prove(token, { claims: { nonce } }))))
  }

  test('a nonce works at each machine that has the secret, and at no other', async () => {
    const other = 'another secret of thirty-two bytes'
    const nonce = await nonceOf(nonceSecret)
    expect(await send(nonce)).toBe(ok)
    expect(await send(nonce, other)).toBe('use_dpop_nonce')
    expect(await send(nonce, [other, nonceSecret])).toBe(ok)
  })

  test('a nonce of another API with the same secret is refused', async () => {
    const foreign = await createApiWorld()
    const aud = 'https://other.example.test/'
    const theirs = await foreign.sign({ aud, cnf: { jkt: foreign.client.jkt } })
    const verifyTheirs = foreign.createVerifier({ audience: aud, nonceSecret })
    const error = await refusal(verifyTheirs(dpop(theirs, await foreign.prove(theirs))))
    expect(await send(error.headers['dpop-nonce'])).toBe('use_dpop_nonce')
  })

  test('a nonce is refused after five minutes', async () => {
    vi.useFakeTimers({ toFake: ['Date'] })
    const nonce = await nonceOf(nonceSecret)
    token = await world.sign({ cnf: { jkt: world.client.jkt }, exp: now() + 3600 })
    vi.setSystemTime(Date.now() + 299_999)
    expect(await send(nonce)).toBe(ok)
    vi.setSystemTime(Date.now() + 1)
    expect(await send(nonce)).toBe('use_dpop_nonce')
  })

  test.for([1, null, '', 'a'.repeat(600), ['a'], 'eyJhbGciOiJkaXIifQ..a.b.c'])(
    'the nonce %j is refused',
    async (nonce) => {
      expect(await send(nonce)).toBe('use_dpop_nonce')
    },
  )
})
