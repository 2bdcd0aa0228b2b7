import fc from 'fast-check'
import { exportJWK, exportSPKI, generateKeyPair, importJWK, UnsecuredJWT } from 'jose'
import { beforeAll, describe, expect, test } from 'vitest'
import { createAccessTokenVerifier } from '../src/index.js'
import {
  type ApiWorld,
  audience,
  baseUrl,
  bearer,
  claims,
  createApiWorld,
  domain,
  dpop,
  issuer,
  outcome,
  refusal,
  request,
  type Signing,
} from './api-world.js'

let world: ApiWorld
beforeAll(async () => {
  world = await createApiWorld()
})

const now = () => Math.floor(Date.now() / 1000)
const verify = (sent: Request) => world.createVerifier()(sent)
const verifyToken = async (changed?: Record<string, unknown>, signing?: Signing) =>
  verify(bearer(await world.sign(changed, signing)))

describe('an access token that is valid', () => {
  test('is returned with its user, application, scopes and time, in the format access_token', async () => {
    const token = await world.sign({ gty: 'password', permissions: ['read:calendar', 'admin'] })
    expect(await verify(bearer(token))).toMatchObject({
      accessToken: token,
      sub: 'auth0|alice',
      clientId: 'spa',
      scopes: ['openid', 'profile', 'read:calendar'],
      permissions: ['read:calendar', 'admin'],
      expiresAt: expect.closeTo(Date.now() + 60_000, -4),
      claims: { iss: issuer, gty: 'password' },
    })
  })

  test('is accepted in the format rfc9068_profile (RFC 9068 §2), with client_id, jti and at+jwt', async () => {
    const changed = { azp: undefined, client_id: 'web', jti: 'one', aud: audience }
    for (const typ of ['at+jwt', 'AT+JWT', 'application/at+jwt']) {
      const { clientId } = await verifyToken(changed, { header: { typ } })
      expect(clientId).toBe('web')
    }
  })

  test('may have no scope and no permissions', async () => {
    const { scopes, permissions } = await verifyToken({ scope: undefined })
    expect([scopes, permissions]).toEqual([[], []])
    expect(await outcome(verifyToken({ permissions: [] }))).toBe('auth0|alice')
  })

  test.for(['RS512', 'PS256', 'ES256'])('is accepted with a signature of %s', async (alg) => {
    const tenant = await createApiWorld()
    const { privateKey: key, publicKey } = await generateKeyPair(alg)
    tenant.keys.push({ ...(await exportJWK(publicKey)), kid: 'two', alg })
    const token = await tenant.sign({}, { key, header: { alg, kid: 'two' } })
    expect(await outcome(tenant.createVerifier()(bearer(token)))).toBe('auth0|alice')
  })

  test('is accepted for five seconds more, if the clocks differ', async () => {
    expect(await outcome(verifyToken({ exp: now() - 3 }))).toBe('auth0|alice')
    expect(await outcome(verifyToken({ nbf: now() + 3 }))).toBe('auth0|alice')
  })

  test('is accepted from each of the domains that are listed, signed with the keys of that domain', async () => {
    const other = await createApiWorld()
    const fetchKeys = (sent: Request) =>
      (sent.url.startsWith('https://login.') ? other : world).answer(sent)
    const both = createAccessTokenVerifier({
      domain: [domain, 'login.example.test'],
      audience,
      baseUrl,
      fetch: fetchKeys,
    })
    const iss = 'https://login.example.test/'
    expect(await outcome(both(bearer(await world.sign())))).toBe('auth0|alice')
    expect(await outcome(both(bearer(await other.sign({ iss }))))).toBe('auth0|alice')
    expect(await outcome(both(bearer(await world.sign({ iss }))))).toBe('invalid_token')
    expect(await outcome(verify(bearer(await other.sign({ iss }))))).toBe('invalid_token')
  })
})

describe('an access token is refused', () => {
  test.for<[string, Record<string, unknown>, RegExp]>([
    ['of another issuer', { iss: 'https://other.example.test/' }, /issuer/],
    ['whose issuer lacks the slash at the end', { iss: `https://${domain}` }, /issuer/],
    ['without an issuer', { iss: undefined }, /issuer/],
    ['for another audience', { aud: 'https://other.example.test/' }, /audience/],
    ['for the userinfo endpoint alone', { aud: [`${issuer}userinfo`] }, /audience/],
    ['for an audience that only begins like ours', { aud: `${audience}more` }, /audience/],
    ['without an audience', { aud: undefined }, /aud/],
    ['that has expired', { exp: now() - 10 }, /expired/],
    ['that never expires', { exp: undefined }, /exp/],
    ['whose time is text', { exp: '9999999999' }, /exp|JWT/],
    ['that is not valid yet', { nbf: now() + 60 }, /yet/],
    ['without a user', { sub: undefined }, /sub/],
    ['whose user is empty', { sub: '' }, /malformed/],
    ['whose scope is a list', { scope: ['read:calendar'] }, /malformed/],
    ['whose permissions are text', { permissions: 'admin' }, /malformed/],
    ['whose permissions are not all text', { permissions: ['admin', 1] }, /malformed/],
    ['whose cnf is null', { cnf: null }, /malformed/],
    ['whose cnf is text', { cnf: 'AAAA' }, /malformed/],
    ['whose thumbprint is a number', { cnf: { jkt: 1 } }, /malformed/],
    ['that is bound to a certificate (RFC 8705 §3.1)', { cnf: { 'x5t#S256': 'AAAA' } }, /bound/],
  ])('%s', async ([, changed, reason]) => {
    expect(await outcome(verifyToken())).toBe('auth0|alice')
    const error = await refusal(verifyToken(changed))
    expect([error.code, error.status]).toEqual(['invalid_token', 401])
    expect(error.message).toMatch(reason)
    expect(error.headers['www-authenticate']).toMatch(/^Bearer error="invalid_token", error_desc/)
  })

  test.for([
    'JWTs',
    'logout+jwt',
    'id_token+jwt',
    'dpop+jwt',
    'token-vault-req+jwt',
    '',
    undefined,
  ])('whose type is %o (RFC 9068 §4)', async (typ) => {
    const error = await refusal(verifyToken({}, { header: { typ } } as Signing))
    expect([error.code, error.message]).toEqual([
      'invalid_token',
      expect.stringContaining('another type'),
    ])
  })

  test('signed with another key under the name of the tenant’s', async () => {
    const { privateKey: key } = await generateKeyPair('RS256')
    const { code, headers } = await refusal(verifyToken({}, { key }))
    expect([code, headers['www-authenticate']]).toEqual([
      'invalid_token',
      'Bearer error="invalid_token", error_description="The access token is not signed with a key of the tenant."',
    ])
  })

  test('signed with a key that the token brings itself', async () => {
    const { privateKey: key } = await generateKeyPair('ES256')
    const { jwk } = world.client
    const jku = 'https://attacker.example.test/jwks.json'
    for (const header of [{ jwk }, { jku }, { x5u: jku }]) {
      const signing = { key, header: { alg: 'ES256', ...header } }
      expect(await outcome(verifyToken({}, signing))).toBe('invalid_token')
    }
  })

  test('signed with HS256 and the tenant’s public key as its secret', async () => {
    const [jwk = {}] = world.keys
    const publicKey = await importJWK({ ...jwk }, 'RS256', { extractable: true })
    const key = new TextEncoder().encode(await exportSPKI(publicKey as CryptoKey)) // a JWK of RSA is one
    const error = await refusal(verifyToken({}, { key, header: { alg: 'HS256' } }))
    expect(error.message).toContain('RS256, RS512, PS256, ES256')
  })

  test('without a signature', async () => {
    const token = new UnsecuredJWT(claims).setExpirationTime('1h').encode()
    for (const signature of ['', 'AAAA']) {
      expect(await outcome(verify(bearer(token + signature)))).toBe('invalid_token')
    }
  })

  test('with a header that must be understood (RFC 7515 §4.1.11)', async () => {
    const header = { crit: ['exp'], exp: 1 }
    const [, payload, signature] = (await world.sign()).split('.')
    const changed = btoa(JSON.stringify({ alg: 'RS256', typ: 'JWT', kid: 'one', ...header }))
    const token = [changed.replace(/=+$/, ''), payload, signature].join('.')
    expect(await outcome(verify(bearer(token)))).toBe('invalid_token')
  })

  test('that is opaque, with a hint that an audience must be asked for', async () => {
    const error = await refusal(verify(bearer('a1B2c3D4e5F6g7H8i9J0')))
    expect([error.code, error.message]).toEqual([
      'invalid_token',
      expect.stringContaining('audience'),
    ])
  })

  test('that is encrypted, as nobody here can read it', async () => {
    expect(await outcome(verify(bearer('eyJhbGciOiJkaXIifQ..a.b.c')))).toBe('invalid_token')
  })

  test('longer than 16 KiB, and nothing of it is read', async () => {
    const longest = 16_384 - 'Bearer '.length
    const error = await refusal(verify(bearer('a'.repeat(longest + 1))))
    expect(error.message).toContain('too long')
    const other = await refusal(verify(bearer('a'.repeat(longest))))
    expect(other.message).not.toContain('too long')
  })
})

describe('a request', () => {
  test.for<Record<string, string>>([
    {},
    { authorization: '' },
    { authorization: 'Basic YWxpY2U6c2VjcmV0' },
    { authorization: 'Bearers a' },
    { authorization: 'NotBearer a' },
    { authorization: 'Basic Bearer a' },
    { cookie: 'access_token=a' },
  ])(
    'without an access token is missing_token, without an error code (RFC 6750 §3.1): %o',
    async (headers) => {
      const error = await refusal(verify(request(headers)))
      expect([error.code, error.status]).toEqual(['missing_token', 401])
      expect(error.headers).toEqual({ 'www-authenticate': 'DPoP algs="ES256", Bearer' })
    },
  )

  test('with a token in its URL or its form has none (RFC 6750 §2)', async () => {
    const token = await world.sign()
    const inUrl = request({}, `${baseUrl}/events?access_token=${token}`)
    expect(await outcome(verify(inUrl))).toBe('missing_token')
    const body = new URLSearchParams({ access_token: token })
    const inForm = request({}, undefined, { method: 'POST', body })
    expect(await outcome(verify(inForm))).toBe('missing_token')
  })

  test.for([
    'Bearer',
    'Bearer ',
    'Bearer a b',
    'Bearer a,b',
    'Bearer "a"',
    'DPoP é',
    'Bearer a\tb',
  ])('whose Authorization is %o is invalid_request', async (authorization) => {
    const error = await refusal(verify(request({ authorization })))
    expect([error.code, error.status]).toEqual(['invalid_request', 400])
  })

  test('with two tokens is invalid_request, even if both are valid', async () => {
    const sent = bearer(await world.sign())
    sent.headers.append('authorization', `Bearer ${await world.sign()}`)
    expect(await outcome(verify(sent))).toBe('invalid_request')
  })

  test('may write the scheme in any case (RFC 9110 §11.1)', async () => {
    const authorization = `bEaReR  ${await world.sign()}`
    expect(await outcome(verify(request({ authorization })))).toBe('auth0|alice')
  })
})

describe('what a token must allow', () => {
  const demand = async (changed: Record<string, unknown>, needed: object) =>
    world.createVerifier()(bearer(await world.sign(changed)), needed)

  test('a scope that was not granted is insufficient_scope, and the challenge names it', async () => {
    const needed = { scope: 'read:calendar write:calendar' }
    const error = await refusal(demand({}, needed))
    expect([error.code, error.status]).toEqual(['insufficient_scope', 403])
    expect(error.headers['www-authenticate']).toMatch(
      /^Bearer error="insufficient_scope", .*, scope="read:calendar write:calendar"$/,
    )
    const scope = 'write:calendar read:calendar'
    expect(await outcome(demand({ scope }, needed))).toBe('auth0|alice')
  })

  test('a permission of the user does not stand for a scope that the application was not granted', async () => {
    const permissions = ['write:calendar']
    expect(await outcome(demand({ permissions }, { scope: 'write:calendar' }))).toBe(
      'insufficient_scope',
    )
  })

  test('a permission is looked up in the claim permissions (RBAC)', async () => {
    const needed = { permissions: ['read:calendar'] }
    const error = await refusal(demand({}, needed))
    expect([error.code, error.message]).toEqual([
      'insufficient_scope',
      expect.stringMatching(/permissions: read:calendar/),
    ])
    expect(await outcome(demand({ permissions: ['read:calendar'] }, needed))).toBe('auth0|alice')
  })

  test.for(['read', 'READ:calendar', 'read:calendar:all', 'calendar'])(
    'the scope %s is not read:calendar',
    async (scope) => {
      expect(await outcome(demand({ scope }, { scope: 'read:calendar' }))).toBe(
        'insufficient_scope',
      )
    },
  )
})

describe('createAccessTokenVerifier refuses', () => {
  test.for<[string, object, RegExp]>([
    ['a domain with a path', { domain: 'tenant.eu.auth0.com/v2' }, /domain/],
    ['plain http beyond this machine', { domain: 'http://tenant.eu.auth0.com' }, /https/],
    ['no domain', { domain: [] }, /domain/],
    ['no audience', { audience: '' }, /audience/],
    ['an audience that is no text', { audience: 7 }, /audience/],
    ['no baseUrl', { baseUrl: undefined }, /baseUrl/],
    ['a baseUrl without a scheme', { baseUrl: 'api.example.test' }, /baseUrl/],
    ['a baseUrl that is only a host and a port', { baseUrl: 'localhost:3000' }, /baseUrl/],
    ['a baseUrl of another scheme', { baseUrl: 'xhttp://api.example.test' }, /baseUrl/],
    ['a baseUrl with a query', { baseUrl: `${baseUrl}?a=b` }, /baseUrl/],
    ['a secret that is too short', { nonceSecret: 'short' }, /nonceSecret/],
    ['an empty list of secrets', { nonceSecret: [] }, /nonceSecret/],
    ['a timeout of 0', { timeout: 0 }, /timeout/],
    ['a store without replace', { proofs: new Map() }, /replace/],
  ])('%s', ([, wrong, message]) => {
    const options = { domain, audience, baseUrl }
    expect(createAccessTokenVerifier(options)).toBeTypeOf('function')
    expect(() => createAccessTokenVerifier({ ...options, ...wrong })).toThrow(TypeError)
    expect(() => createAccessTokenVerifier({ ...options, ...wrong })).toThrow(message)
  })
})

describe('hostile input', () => {
  const text = fc.string({
    unit: fc.integer({ min: 0x20, max: 0xff }).map((n) => String.fromCharCode(n)),
  })
  const part = fc.oneof(
    text,
    fc.json().map((json) => btoa(unescape(encodeURIComponent(json))).replace(/=+$/, '')),
    fc.constantFrom('eyJhbGciOiJSUzI1NiIsInR5cCI6IkpXVCIsImtpZCI6Im9uZSJ9', ''),
  )
  const jwt = fc.array(part, { maxLength: 5 }).map((parts) => parts.join('.'))

  test('of any kind is refused with a code, and never with another error', async () => {
    const verifyAccessToken = world.createVerifier()
    const bound = await world.signBound()
    const token = fc.oneof(jwt, fc.constant(bound))
    const sent = fc.record({
      scheme: fc.constantFrom('Bearer', 'DPoP', 'Basic', ''),
      token,
      proof: jwt,
    })
    const check = async ({
      scheme,
      token,
      proof,
    }: {
      scheme: string
      token: string
      proof: string
    }) => {
      const headers = { authorization: `${scheme} ${token}`.trim(), dpop: proof.trim() }
      const error = await refusal(verifyAccessToken(request(headers)))
      expect(error.getResponse().status).toBe(error.status)
    }
    await fc.assert(fc.asyncProperty(sent, check), { numRuns: 500 })
  })

  test('with any one character of the token changed is refused', async () => {
    const verifyAccessToken = world.createVerifier()
    const token = await world.sign()
    const index = fc.integer({ min: 0, max: token.length - 2 })
    const check = async (at: number) => {
      const other = token[at] === 'A' ? 'B' : 'A'
      const changed = token.slice(0, at) + other + token.slice(at + 1)
      const sent = verifyAccessToken(bearer(changed))
      expect(await outcome(sent)).toBe(changed === token ? 'auth0|alice' : 'invalid_token')
    }
    await fc.assert(fc.asyncProperty(index, check), { numRuns: 200 })
  })

  test('never comes back in the error: nothing of the token or the proof is in it', async () => {
    const token = await world.signBound()
    const proof = await world.prove(token, { claims: { htu: 'https://secret.example.test/' } })
    const sent = [
      bearer(token),
      dpop(token, proof),
      dpop(token, token),
      bearer(`${token}.${token}`),
    ]
    for (const each of sent) {
      const error = await refusal(verify(each))
      const shown = [error.stack, JSON.stringify(error), await error.getResponse().text()].join()
      for (const secret of [...token.split('.'), ...proof.split('.'), 'secret.example.test']) {
        expect(shown).not.toContain(secret)
      }
    }
  })
})
