import { exportJWK, generateKeyPair } from 'jose'
import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest'
import { type ApiWorld, bearer, createApiWorld, outcome, refusal } from './api-world.js'

let world: ApiWorld
beforeEach(async () => {
  vi.useFakeTimers({ toFake: ['Date'] })
  world = await createApiWorld()
})
afterEach(() => vi.useRealTimers())

const ok = 'auth0|alice'
const pass = (seconds: number) => vi.setSystemTime(Date.now() + seconds * 1000)
const away = async () => {
  throw new TypeError('fetch failed')
}

/** Adds a key to the tenant's. Returns a function that signs with it. */
async function rotate(kid: string) {
  const { privateKey: key, publicKey } = await generateKeyPair('RS256')
  world.keys.push({ ...(await exportJWK(publicKey)), kid, alg: 'RS256', use: 'sig' })
  return async () => bearer(await world.sign({}, { key, header: { kid } }))
}

describe('the keys of the tenant', () => {
  test('are fetched once for many tokens, also if these come at once', async () => {
    const verifyAccessToken = world.createVerifier()
    const sent = bearer(await world.sign())
    await Promise.all(Array.from({ length: 20 }, () => verifyAccessToken(sent)))
    await verifyAccessToken(sent)
    expect(world.fetches).toBe(1)
  })

  test('are fetched from the domain, without following a redirect', async () => {
    let sent: Request | undefined
    const { answer } = world
    world.answer = (request) => {
      sent = request
      return answer(request)
    }
    await world.createVerifier()(bearer(await world.sign()))
    expect(sent?.url).toBe('https://tenant.example.test/.well-known/jwks.json')
    expect(sent?.redirect).toBe('manual')
  })

  test('are fetched again when the tenant has a new one, and after ten minutes', async () => {
    const verifyAccessToken = world.createVerifier()
    await verifyAccessToken(bearer(await world.sign()))
    pass(60)
    const sign = await rotate('two')
    expect(await outcome(verifyAccessToken(await sign()))).toBe(ok)
    expect(world.fetches).toBe(2)
    world.keys.pop()
    pass(601)
    expect(await outcome(verifyAccessToken(await sign()))).toBe('invalid_token')
    expect(world.fetches).toBe(3)
  })

  test('are fetched twice a minute at most, however many tokens name unknown keys', async () => {
    const verifyAccessToken = world.createVerifier()
    for (let second = 0; second < 60; second += 1) {
      const header = { kid: `unknown-${second}` }
      const sent = bearer(await world.sign({}, { header }))
      expect(await outcome(verifyAccessToken(sent))).toBe('invalid_token')
      pass(1)
    }
    expect(world.fetches).toBeLessThanOrEqual(3)
  })

  test('are not fetched for a token of another issuer, or one that is no JWT', async () => {
    const verifyAccessToken = world.createVerifier()
    const foreign = await world.sign({ iss: 'https://attacker.example.test/' })
    expect(await outcome(verifyAccessToken(bearer(foreign)))).toBe('invalid_token')
    expect(await outcome(verifyAccessToken(bearer('opaque')))).toBe('invalid_token')
    expect(await outcome(verifyAccessToken(bearer(await world.sign({}, hs256))))).toBe(
      'invalid_token',
    )
    expect(world.fetches).toBe(0)
  })

  const hs256 = { key: new Uint8Array(32), header: { alg: 'HS256' } }

  test.for(['no', 'an empty', 'another'])(
    'are those with the kid of the token: %s kid is refused, if there are several',
    async (which) => {
      await rotate('two')
      const kid = { no: undefined, 'an empty': '', another: 'two' }[which] as string
      const sent = bearer(await world.sign({}, { header: { kid } }))
      expect(await outcome(world.createVerifier()(sent))).toBe('invalid_token')
    },
  )
})

describe('if the tenant cannot be reached', () => {
  test.for<[string, () => Promise<Response>]>([
    ['fails', away],
    ['answers 503', async () => new Response('', { status: 503 })],
    ['answers 503 with keys', async () => Response.json({ keys: world.keys }, { status: 503 })],
    ['redirects', async () => Response.redirect('https://attacker.example.test/jwks.json')],
    ['answers with a page', async () => new Response('<!doctype html>')],
    ['answers with something else', async () => Response.json({ keys: 'none' })],
    ['hangs', () => new Promise<never>(() => {})],
    ['hangs in its body', async () => new Response(new ReadableStream())],
  ])('at first, because it %s, the code is keys_unavailable with 503', async ([, answer]) => {
    const { answer: answerWell } = world
    world.answer = answer
    const verifyAccessToken = world.createVerifier({ timeout: 50 })
    const sent = bearer(await world.sign())
    const error = await refusal(verifyAccessToken(sent))
    expect([error.code, error.status]).toEqual(['keys_unavailable', 503])
    expect(error.headers).toEqual({ 'retry-after': '5' })
    world.answer = answerWell
    pass(6)
    expect(await outcome(verifyAccessToken(sent))).toBe(ok)
  })

  test('it is asked once in five seconds, however many requests come', async () => {
    world.answer = away
    const verifyAccessToken = world.createVerifier()
    const sent = bearer(await world.sign())
    for (let second = 0; second < 5; second += 1) {
      for (let tries = 0; tries < 10; tries += 1) await refusal(verifyAccessToken(sent))
      expect(world.fetches).toBe(1)
      pass(1)
    }
    await refusal(verifyAccessToken(sent))
    expect(world.fetches).toBe(2)
  })

  test('tokens of the keys that are known go on, for a day', async () => {
    const verifyAccessToken = world.createVerifier()
    const exp = Math.floor(Date.now() / 1000) + 200_000
    const sent = bearer(await world.sign({ exp }))
    await verifyAccessToken(sent)
    world.answer = away
    for (let hour = 0; hour < 23; hour += 1) {
      pass(3600)
      expect(await outcome(verifyAccessToken(sent))).toBe(ok)
    }
    pass(3601)
    expect(await outcome(verifyAccessToken(sent))).toBe('keys_unavailable')
  })

  test('a token of an unknown key is keys_unavailable, because the key may be new', async () => {
    const verifyAccessToken = world.createVerifier()
    await verifyAccessToken(bearer(await world.sign()))
    const sign = await rotate('two')
    const { answer } = world
    world.answer = away
    pass(31)
    expect(await outcome(verifyAccessToken(await sign()))).toBe('keys_unavailable')
    world.answer = answer
    pass(6)
    expect(await outcome(verifyAccessToken(await sign()))).toBe(ok)
  })
})
