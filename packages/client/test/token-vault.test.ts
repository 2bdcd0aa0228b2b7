import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { text } from 'node:stream/consumers'
import { decodeJwt, decodeProtectedHeader, jwtVerify } from 'jose'
import { afterAll, afterEach, beforeAll, describe, expect, test, vi } from 'vitest'
import {
  type ExchangeConnectionTokenOptions,
  exchangeConnectionToken,
  signTokenVaultRequest,
} from '../src/tokens/token-vault.js'
import { json, observedFetch } from './observed-client.js'

const options: ExchangeConnectionTokenOptions = {
  domain: 'tenant.example.test',
  clientId: 'api',
  clientAuth: { clientSecret: 'secret' },
  subjectToken: 'subject',
  subjectTokenType: 'access_token',
  connection: 'google-oauth2',
}

const rs256 = { name: 'RSASSA-PKCS1-v1_5', modulusLength: 2048, hash: 'SHA-256' }
const publicExponent = new Uint8Array([1, 0, 1])
const generateKeys = (algorithm: RsaHashedKeyGenParams | EcKeyGenParams) =>
  crypto.subtle.generateKey(algorithm, false, ['sign', 'verify'])

test('exchanges an access token with the parameters that Auth0 documents (RFC 8693 §2.1)', async () => {
  const { fetch, requests } = observedFetch(
    json(200, { access_token: 'at', token_type: 'Bearer', expires_in: 60, scope: 'repo,user  x' }),
  )
  const token = await exchangeConnectionToken({ ...options, loginHint: 'a@example.test', fetch })
  expect(token).toEqual({
    accessToken: 'at',
    expiresAt: expect.any(Number),
    scopes: ['repo', 'user', 'x'],
  })
  expect(Math.abs((token.expiresAt ?? 0) - Date.now() - 60_000)).toBeLessThan(5000)
  expect(requests[0]?.url).toBe('https://tenant.example.test/oauth/token')
  expect(Object.fromEntries(new URLSearchParams(await requests[0]?.text()))).toEqual({
    grant_type:
      'urn:auth0:params:oauth:grant-type:token-exchange:federated-connection-access-token',
    client_id: 'api',
    client_secret: 'secret',
    subject_token: 'subject',
    subject_token_type: 'urn:ietf:params:oauth:token-type:access_token',
    requested_token_type: 'http://auth0.com/oauth/token-type/federated-connection-access-token',
    connection: 'google-oauth2',
    login_hint: 'a@example.test',
  })
})

test.for([
  ['access_token', 'http://auth0.com/oauth/token-type/federated-connection-access-token'],
  ['refresh_token', 'http://auth0.com/oauth/token-type/federated-connection-access-token'],
  ['jwt', 'http://auth0.com/oauth/token-type/token-vault-access-token'],
] as const)('a subject token of the type %s asks for %s', async ([subjectTokenType, requested]) => {
  const { fetch, requests } = observedFetch(json(200, { access_token: 'at', token_type: 'Bearer' }))
  await exchangeConnectionToken({ ...options, subjectTokenType, scopes: ['a', 'b'], fetch })
  const parameters = new URLSearchParams(await requests[0]?.text())
  expect(Object.fromEntries(parameters)).toMatchObject({
    subject_token_type: `urn:ietf:params:oauth:token-type:${subjectTokenType}`,
    requested_token_type: requested,
    scope: 'a b',
  })
})

test('a token that does not say when it expires has no expiresAt', async () => {
  const { fetch } = observedFetch(json(200, { access_token: 'at', token_type: 'Bearer' }))
  expect(await exchangeConnectionToken({ ...options, fetch })).toEqual({
    accessToken: 'at',
    expiresAt: undefined,
    scopes: [],
  })
})

test.for([
  [
    'connection_not_connected',
    json(401, { error: 'federated_connection_refresh_token_not_found', error_description: 'x' }),
  ],
  ['unauthorized_client', json(403, { error: 'unauthorized_client' })],
  ['unexpected_response', () => new Response('<html>', { status: 502 })],
  ['unexpected_response', json(200, { token: 'at' })],
] as const)('a failure is a TokenError with the code %s', async ([code, answer]) => {
  const { fetch } = observedFetch(answer)
  await expect(exchangeConnectionToken({ ...options, fetch })).rejects.toMatchObject({
    name: 'TokenError',
    code,
    status: answer().status,
  })
})

test.for(['clientId', 'clientAuth', 'subjectToken', 'subjectTokenType', 'connection', 'domain'])(
  'without %s it throws, names the option and sends nothing',
  async (name) => {
    const { fetch, requests } = observedFetch(json(200, {}))
    const call = exchangeConnectionToken({ ...options, fetch, [name]: undefined })
    await expect(call).rejects.toThrow(TypeError)
    await expect(call).rejects.toThrow(name)
    expect(requests).toHaveLength(0)
  },
)

test('a secret is sent if there is a key, too, and it is undefined', async () => {
  const { fetch, requests } = observedFetch(json(200, { access_token: 'at', token_type: 'Bearer' }))
  const clientAuth = { clientSecret: 'secret', privateKey: undefined }
  await exchangeConnectionToken({ ...options, clientAuth, fetch })
  const parameters = new URLSearchParams(await requests[0]?.text())
  expect(parameters.get('client_secret')).toBe('secret')
})

test('an empty client secret is refused, and nothing is sent', async () => {
  const { fetch, requests } = observedFetch(json(200, {}))
  const call = exchangeConnectionToken({ ...options, clientAuth: { clientSecret: '' }, fetch })
  await expect(call).rejects.toThrow('clientAuth must have')
  expect(requests).toHaveLength(0)
})

test("the message of a failure has Auth0's own code and description", async () => {
  const error = 'federated_connection_refresh_token_not_found'
  const { fetch } = observedFetch(json(401, { error, error_description: 'No such account' }))
  const call = exchangeConnectionToken({ ...options, fetch })
  await expect(call).rejects.toThrow(`${error}: No such account`)
})

test('a login hint with a request JWT is refused, as it would choose nothing', async () => {
  const wrong = { ...options, subjectTokenType: 'jwt', loginHint: 'a@example.test' } as const
  await expect(exchangeConnectionToken(wrong)).rejects.toThrow('loginHint')
})

describe('A client with a key (RFC 7523 §2.2)', () => {
  const bodies: URLSearchParams[] = []
  const server = createServer(async (request, response) => {
    bodies.push(new URLSearchParams(await text(request)))
    response.setHeader('content-type', 'application/json')
    response.end(JSON.stringify({ access_token: 'at', token_type: 'Bearer' }))
  })
  let domain: string
  beforeAll(async () => {
    await new Promise<void>((resolve) => server.listen(0, 'localhost', resolve))
    const { port } = server.address() as AddressInfo // a TCP server has no other
    domain = `http://localhost:${port}`
  })
  afterAll(() => void server.close())

  test.for([
    ['RS256', { ...rs256, publicExponent }],
    ['RS384', { ...rs256, hash: 'SHA-384', publicExponent }],
    ['PS256', { ...rs256, name: 'RSA-PSS', publicExponent }],
    ['ES256', { name: 'ECDSA', namedCurve: 'P-256' }],
  ] as const)('signs its assertion with %s, for this tenant and once', async ([alg, algorithm]) => {
    const { privateKey, publicKey } = await generateKeys(algorithm)
    const clientAuth = { privateKey, kid: 'key-1' }
    await exchangeConnectionToken({ ...options, domain, clientAuth })
    await exchangeConnectionToken({ ...options, domain, clientAuth })
    const assertions = bodies.splice(0).map((body) => {
      expect(body.get('client_id')).toBe('api')
      expect(body.has('client_secret')).toBe(false)
      expect(body.get('client_assertion_type')).toBe(
        'urn:ietf:params:oauth:client-assertion-type:jwt-bearer',
      )
      return body.get('client_assertion') ?? ''
    })
    const verify = (jwt: string) => jwtVerify(jwt, publicKey, { audience: `${domain}/` })
    const [first, second] = await Promise.all(assertions.map(verify))
    expect(first?.protectedHeader).toEqual({ alg, kid: 'key-1' })
    expect(first?.payload).toMatchObject({ iss: 'api', sub: 'api' })
    expect((first?.payload.exp ?? 0) - (first?.payload.iat ?? 0)).toBe(60)
    expect(first?.payload.jti).not.toBe(second?.payload.jti)
  })
})

describe('A key is refused', () => {
  const refuse = (privateKey: CryptoKey) =>
    expect(exchangeConnectionToken({ ...options, clientAuth: { privateKey } })).rejects.toThrow(
      'privateKey must be an RSA or ECDSA CryptoKey',
    )

  test('if it cannot sign', async () =>
    refuse((await generateKeys({ ...rs256, publicExponent })).publicKey))

  test('if it signs, but is neither RSA nor ECDSA', async () =>
    refuse(await crypto.subtle.generateKey({ name: 'HMAC', hash: 'SHA-256' }, false, ['sign'])))

  test('if it is undefined, as from a variable that is not set', () =>
    refuse(Object(undefined).key))
})

describe('In a browser the client would publish its secret, so it is refused', () => {
  afterEach(() => {
    vi.unstubAllGlobals()
  })

  const exchange = (globals: Record<string, unknown>) => {
    for (const [name, value] of Object.entries(globals)) vi.stubGlobal(name, value)
    const { fetch } = observedFetch(json(200, { access_token: 'at', token_type: 'Bearer' }))
    return exchangeConnectionToken({ ...options, fetch })
  }
  const browser = { userAgent: 'Mozilla/5.0 (X11; Linux x86_64)' }

  test.for<[string, Record<string, unknown>]>([
    ['in a page', { window: {}, document: {} }],
    ['in a worker of a browser', { WorkerGlobalScope: class {}, navigator: browser }],
  ])('%s', async ([, globals]) => {
    await expect(exchange(globals)).rejects.toThrow('Call it on a server')
    const request = { domain: 'd.test', clientId: 'c', user: 'u', auditContext: 'a' }
    const { privateKey } = await generateKeys({ ...rs256, publicExponent })
    await expect(signTokenVaultRequest({ ...request, privateKey })).rejects.toThrow(
      'signTokenVaultRequest needs a secret of the client',
    )
  })

  test.for<[string, Record<string, unknown>]>([
    ['a runtime with window and no document', { window: {} }],
    ['a runtime with document and no window', { document: {} }],
    ['workerd', { WorkerGlobalScope: class {}, navigator: { userAgent: 'Cloudflare-Workers' } }],
    ['a worker scope without navigator', { WorkerGlobalScope: class {}, navigator: undefined }],
    [
      'a runtime that only mentions Mozilla',
      { WorkerGlobalScope: class {}, navigator: { userAgent: 'Not Mozilla' } },
    ],
    ['a runtime that has the name of a browser and no worker scope', { navigator: browser }],
  ])('but not in %s', async ([, globals]) => {
    expect(await exchange(globals)).toMatchObject({ accessToken: 'at' })
  })
})

describe('The request of a privileged client', () => {
  const request = {
    domain: 'tenant.example.test',
    clientId: 'worker',
    user: 'auth0|alice',
    auditContext: 'nightly sync',
  }

  test('has the type and the claims that Auth0 documents', async () => {
    const { privateKey, publicKey } = await generateKeys({ ...rs256, publicExponent })
    const jwt = await signTokenVaultRequest({ ...request, orgId: 'org_1', privateKey })
    expect(decodeProtectedHeader(jwt)).toEqual({ alg: 'RS256', typ: 'token-vault-req+jwt' })
    const { payload } = await jwtVerify(jwt, publicKey)
    expect(payload).toEqual({
      iss: 'worker',
      sub: 'auth0|alice',
      aud: 'https://tenant.example.test/',
      audit_context: 'nightly sync',
      org_id: 'org_1',
      iat: expect.any(Number),
      exp: (payload.iat ?? 0) + 60,
      jti: expect.stringMatching(/^[\w-]{43}$/),
    })
  })

  test('may have an audit context of 256 characters', async () => {
    const { privateKey } = await generateKeys({ ...rs256, publicExponent })
    const auditContext = 'x'.repeat(256)
    const jwt = await signTokenVaultRequest({ ...request, auditContext, privateKey })
    expect(decodeJwt(jwt)).toMatchObject({ audit_context: auditContext })
  })

  test.for([
    ['user', ''],
    ['auditContext', ''],
    ['auditContext', 'x'.repeat(257)],
    ['clientId', ''],
    ['domain', ''],
  ])('is not signed with a wrong %s', async ([name = '', value]) => {
    const { privateKey } = await generateKeys({ ...rs256, publicExponent })
    const call = signTokenVaultRequest({ ...request, privateKey, [name]: value })
    await expect(call).rejects.toThrow(name)
  })
})
