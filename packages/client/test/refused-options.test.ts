import { generateKeyPairSync, webcrypto } from 'node:crypto'
import { afterEach, expect, test, vi } from 'vitest'
import { disconnectAccount } from '../src/browser/index.js'
import { createDpop, fromProver } from '../src/dpop/create-dpop.js'
import {
  authorizationMiddleware,
  completeConnect,
  createAuthorizedFetch,
  createConnectedAccountsClient,
  memoryTransactions,
  startConnect,
} from '../src/index.js'
import { refreshTokenSource } from '../src/tokens/refresh-token-source.js'
import { exchangeConnectionToken, signTokenVaultRequest } from '../src/tokens/token-vault.js'

// Each table has every option with values that cannot be meant. The types forbid most of them, but JavaScript, a setting from the
// environment and JSON do not.

type Wrong = [name: string, value: unknown, message?: string]

const NUMBERS = [0, -1, Number.NaN, Number.POSITIVE_INFINITY, '1000', null]
const each = (name: string, values: unknown[], message?: string): Wrong[] =>
  values.map((value) => (message === undefined ? [name, value] : [name, value, message]))

const sent = vi.fn()
afterEach(() => {
  expect(sent).not.toHaveBeenCalled()
  vi.unstubAllGlobals()
})

/** Calls a function with valid options, of which one is replaced, and returns what it throws. Nothing may be sent. */
async function refusal(call: (options: never) => unknown, valid: object, [name, value]: Wrong) {
  vi.stubGlobal('fetch', sent)
  const options = { ...valid, [name]: value }
  try {
    await call(options as never) // the types forbid wrong options
  } catch (error) {
    return error
  }
  throw new Error(`${name} was accepted`)
}

function refusesAll(title: string, call: (options: never) => unknown, valid: object, all: Wrong[]) {
  const rows = all.map((wrong) => [title, wrong[0], wrong[1], wrong] as const) // a tuple
  test.for(rows)('%s refuses a wrong %s: %j', async ([, , , wrong]) => {
    const [name, , message = name] = wrong
    const error = await refusal(call, valid, wrong)
    expect(error).toBeInstanceOf(Error)
    expect(error).toMatchObject({ message: expect.stringContaining(message) })
    const { name: kind, code } = error as Error & { code?: string } // checked above
    expect(code ?? kind).toMatch(/^(TypeError|invalid_request)$/)
  })
}

const domains = each('domain', [
  '',
  7,
  null,
  undefined,
  'http://tenant.example.test',
  'ftp://tenant.example.test',
  'https://user:password@tenant.example.test',
  'tenant.example.test/#fragment',
])
const tokens: Wrong[] = [
  ...each('accessToken', ['', 7, null, undefined, 'Bearer a-token', 'a\ntoken']),
  ...each('dpop', [null, true, {}]),
]
const senders = each('fetch', [null, 'fetch', {}])

refusesAll(
  'createConnectedAccountsClient',
  createConnectedAccountsClient,
  { domain: 'tenant.example.test', accessToken: 'a-token' },
  [
    ...domains,
    ...tokens,
    ...senders,
    ...each('timeout', NUMBERS),
    ...each(
      'retry',
      [-1, Number.NaN, Number.POSITIVE_INFINITY, '1', null].map((limit) => ({ limit })),
    ),
    ...each('retry', [3, null, 'often']),
  ],
)

const api = {
  accessToken: 'a-token',
  audience: 'https://api.example.test/',
  scope: 'read',
  allowedOrigins: ['https://api.example.test'],
}
const apiOptions: Wrong[] = [
  ...tokens,
  ...each('audience', ['', 7, null, undefined]),
  ...each('scope', [7, null, undefined, ['read']]),
  ...each('allowedOrigins', [undefined, null, [], [7], 'https://api.example.test']),
  ...each(
    'allowedOrigins',
    [
      '*',
      '',
      'null',
      'http://api.example.test',
      'http://localhost.example.test',
      'ftp://api.example.test',
      'wss://api.example.test',
      'https://api.example.test/',
      'https://user:password@api.example.test',
      'https://api.example.test#fragment',
      'HTTPS://api.example.test',
    ].map((origin) => ['https://api.example.test', origin]),
  ),
]
refusesAll('createAuthorizedFetch', createAuthorizedFetch, api, [...apiOptions, ...senders])
refusesAll('authorizationMiddleware', authorizationMiddleware, api, apiOptions)

test.for([
  'https://api.example.test',
  'http://localhost:4400',
  'http://127.0.0.1',
  'http://[::1]:1',
])('an origin over https or on this machine is allowed, and no scope is a scope: %s', (origin) => {
  createAuthorizedFetch({ ...api, scope: '', allowedOrigins: [origin] })
})

const { privateKey: rsa } = generateKeyPairSync('rsa', { modulusLength: 2048 })
const ecdh = await webcrypto.subtle.generateKey({ name: 'ECDH', namedCurve: 'P-256' }, false, [
  'deriveBits',
])
const p384 = await webcrypto.subtle.generateKey({ name: 'ECDSA', namedCurve: 'P-384' }, false, [
  'sign',
])
refusesAll('createDpop', createDpop, {}, [
  ...each('keyPair', [null, 0, '', 42, 'key', {}, { privateKey: {}, publicKey: {} }, ecdh, p384]),
])

refusesAll('fromProver', fromProver, { generateProof: async () => 'proof' }, [
  ...each('generateProof', [undefined, null, 'proof']),
  ...['getNonce', 'setNonce', 'getClockOffset', 'setClockOffset', 'isEnabled'].flatMap((name) =>
    each(name, [null, 7, 'x']),
  ),
])

refusesAll(
  'refreshTokenSource',
  refreshTokenSource,
  { domain: 'tenant.example.test', clientId: 'spa', refreshToken: () => 'r' },
  [
    ...domains,
    ...senders,
    ...each('clientId', ['', 7, null, undefined]),
    ...each('refreshToken', ['', 'a-token', null, undefined]),
    ...each('onRefreshToken', [null, 'x', {}]),
    ...each('dpop', [null, true, {}]),
    ...each('timeout', NUMBERS),
  ],
)

const clientSecret = 'a-secret'
refusesAll(
  'exchangeConnectionToken',
  exchangeConnectionToken,
  {
    domain: 'tenant.example.test',
    clientId: 'web',
    clientAuth: { clientSecret },
    subjectToken: 'a-token',
    subjectTokenType: 'access_token',
    connection: 'github',
  },
  [
    ...domains,
    ...senders,
    ...['clientId', 'subjectToken', 'connection'].flatMap((name) => each(name, ['', 7, null])),
    ...each('clientAuth', [undefined, null, 'a-secret', {}, { clientSecret: '' }]),
    ...each('clientAuth', [{ clientSecret, privateKey: ecdh.privateKey }], 'one of the two'),
    ...each(
      'clientAuth',
      [rsa, ecdh.privateKey, null, 'pem', {}].map((privateKey) => ({ privateKey })),
      'privateKey',
    ),
    ...each('clientAuth', [{ privateKey: p384.privateKey, kid: '' }], 'kid'),
    ...each('subjectTokenType', ['id_token', '', null]),
    ...each('loginHint', [7, null, {}]),
    ...each('scopes', ['read', 7, null, [7]]),
  ],
)

refusesAll(
  'signTokenVaultRequest',
  signTokenVaultRequest,
  {
    domain: 'tenant.example.test',
    clientId: 'web',
    privateKey: p384.privateKey,
    user: 'auth0|1',
    auditContext: 'import',
  },
  [
    ...domains,
    ...['clientId', 'user', 'auditContext'].flatMap((name) => each(name, ['', 7, undefined])),
    ...['orgId', 'kid'].flatMap((name) => each(name, ['', 7, null])),
    ...each('auditContext', ['x'.repeat(257)]),
    ...each('privateKey', [rsa, ecdh.privateKey, null, 'pem', {}]),
  ],
)

const client = createConnectedAccountsClient({
  domain: 'tenant.example.test',
  accessToken: 'a-token',
})
const incomplete = (name: string) => ({ ...memoryTransactions(), [name]: undefined })
const stores = each('transactions', [
  undefined,
  null,
  memoryTransactions,
  ...['get', 'set', 'delete'].map(incomplete),
])
refusesAll(
  'startConnect',
  (options) => startConnect(client, options),
  {
    connection: 'github',
    redirectUri: 'https://app.example.test/connected',
    transactions: memoryTransactions(),
  },
  [
    ...stores,
    ...['user', 'reconnectAccountId'].flatMap((name) => each(name, ['', 7, null, {}])),
    ...each('authorizationParams', ['prompt=consent', null, 7]),
    ...each('redirectUri', ['', 7, null, '/connected', 'https://app.example.test/#connected']),
    ...each('scopes', [[], 'repo', [7], ['']]),
    ...each('returnTo', [7, null, 'https://evil.example.test/']),
    ...each('connection', ['', 7, null, undefined]),
  ],
)
refusesAll(
  'completeConnect',
  (options) => completeConnect(client, options),
  {
    callbackUrl: 'https://app.example.test/connected?state=connect.1&connect_code=1',
    transactions: memoryTransactions(),
  },
  stores,
)

refusesAll(
  'disconnectAccount',
  (options) => disconnectAccount(client, 'cac_1', options),
  {},
  each('undoMs', [-1, Number.NaN, '5000', null]),
)
