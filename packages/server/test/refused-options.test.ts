import { webcrypto } from 'node:crypto'
import { expect, test } from 'vitest'
import { createExpressHandler } from '../src/adapters/express.js'
import {
  createConnectedAccountsHandler,
  createHandler,
  createRoutes,
  ServerClient,
  type ServerClientOptions,
  sharedSessions,
} from '../src/index.js'
import { createManagementClient } from '../src/management/management-client.js'
import { postgresLock, postgresStore } from '../src/store/postgres.js'
import { redisLock, redisStore } from '../src/store/redis.js'
import { memoryLock, memoryStore } from './shared.js'

// Each table has every option with values that cannot be meant. The types forbid most of them, but JavaScript, a setting from the
// environment and JSON do not.

type Wrong = [name: string, value: unknown]

const each = (name: string, values: unknown[]): Wrong[] => values.map((value) => [name, value])
const NUMBERS = [0, -1, Number.NaN, Number.POSITIVE_INFINITY, '1000', null]

function refusesAll<Options extends object>(
  title: string,
  create: (options: Options) => unknown,
  valid: Options,
  all: Wrong[],
) {
  test(`${title} accepts what the others are made of`, () => {
    create(valid)
  })

  const rows = all.map(([name, value]) => [title, name, value] as const) // a tuple
  test.for(rows)('%s refuses a wrong %s: %j', ([, name, value]) => {
    const refused = () => create({ ...valid, [name]: value })
    expect(refused).toThrow(TypeError)
    expect(refused).toThrow(name)
  })
}

const redirect_uri = 'https://app.example.test/auth/callback'
const valid = {
  domain: 'tenant.example.test',
  clientId: 'web',
  clientSecret: 'a-secret',
  secret: 's'.repeat(32),
  authorizationParams: { redirect_uri },
}
const generate = webcrypto.subtle.generateKey.bind(webcrypto.subtle)
const p384 = await generate({ name: 'ECDSA', namedCurve: 'P-384' }, false, ['sign'])
const ecdh = await generate({ name: 'ECDH', namedCurve: 'P-256' }, false, ['deriveBits'])

const domains = each('domain', [
  '',
  7,
  null,
  undefined,
  'http://tenant.example.test',
  'https://user:password@tenant.example.test',
  'tenant.example.test/#fragment',
])
const senders = each('fetch', [null, 'fetch', {}])

refusesAll('ServerClient', (options: ServerClientOptions) => new ServerClient(options), valid, [
  ...domains,
  ...senders,
  ...each('clientId', ['', 7, null, undefined]),
  ...each('clientSecret', ['', 7, null, undefined, {}]),
  ...each('privateKey', [p384.privateKey]),
  ...each('secret', ['', 'short', 7, null, undefined, {}, [], ['short'], [7]]),
  ...each('authorizationParams', [undefined, null, redirect_uri, {}]),
  ...each(
    'authorizationParams',
    [
      '',
      7,
      '/auth/callback',
      'app.example:/callback',
      'ftp://app.example.test/callback',
      'https://user:password@app.example.test/callback',
      `${redirect_uri}?a=1`,
      `${redirect_uri}#a`,
    ].map((wrong) => ({ redirect_uri: wrong })),
  ),
  ...each(
    'authorizationParams',
    [{ scope: 7 }, { audience: null }, { organization: {} }, { prompt: ['login'] }].map(
      (wrong) => ({
        redirect_uri,
        ...wrong,
      }),
    ),
  ),
  ...each('dpopKeyPair', [null, '', 7, {}, p384, ecdh]),
  ...each('sessionLifetime', [...NUMBERS, 34_560_001]),
  ...each('cookiePrefix', ['', 'a b', 'ä', 'a=b', 7, null]),
  ...each('timeout', NUMBERS),
  ...each('sessions', [null, {}, 'cookie', memoryStore().keyv]),
])

const { clientSecret: _, ...keyed } = valid
refusesAll(
  'ServerClient with a key',
  (options: ServerClientOptions) => new ServerClient(options),
  { ...keyed, privateKey: p384.privateKey, kid: 'key-1' },
  [...each('privateKey', ['pem', 7, null, {}, ecdh.privateKey]), ...each('kid', ['', 7, null])],
)

test.for(['http://app.example.test/auth/callback', 'http://192.168.1.7:3000/auth/callback'])(
  'a redirect_uri over http is allowed, because a phone in the same network and a container have no other: %s',
  (plain) => {
    new ServerClient({ ...valid, authorizationParams: { redirect_uri: plain } })
  },
)

const lock = memoryLock()
refusesAll(
  'sharedSessions',
  ({ store, ...options }) => sharedSessions(store, options),
  { store: memoryStore().keyv, lock },
  [
    ...each('store', [undefined, null, {}, 'redis://localhost', () => memoryStore().keyv]),
    ...each('store', [{ get: async () => undefined, set: async () => true }]), // without `delete`
    ...each('lock', [null, {}, true, 'lock']),
    ...each('timeout', NUMBERS),
  ],
)
test.for(['rotating', 'non_rotating', '', true, undefined])(
  'sharedSessions without a lock refuses refreshTokens: %j',
  (refreshTokens) => {
    const create = () => sharedSessions(memoryStore().keyv, { refreshTokens } as never) // a wrong value
    expect(create).toThrow(TypeError)
    expect(create).toThrow("refreshTokens: 'non-rotating'")
  },
)

const redis = { call: async () => null }
const notRedis = each('redis', [undefined, null, {}, 'redis://localhost:6379', { call: 'x' }])
refusesAll('redisLock', ({ redis, ...options }) => redisLock(redis, options), { redis }, [
  ...notRedis,
  ...each('ttl', NUMBERS),
])
refusesAll('redisStore', ({ redis }) => redisStore(redis), { redis }, notRedis)

const postgres = { query: async () => ({ rows: [] }) }
const notPostgres = each('postgres', [undefined, null, {}, 'postgresql://localhost', { query: 1 }])
refusesAll(
  'postgresLock',
  ({ postgres, ...options }) => postgresLock(postgres, options),
  { postgres },
  [...notPostgres, ...each('ttl', NUMBERS)],
)
refusesAll('postgresStore', ({ postgres }) => postgresStore(postgres), { postgres }, notPostgres)

const server = new ServerClient(valid)
const notServers = each('server', [undefined, null, {}, ServerClient])
for (const [title, create] of Object.entries({
  createHandler,
  createRoutes,
  createExpressHandler,
})) {
  refusesAll(title, ({ server, ...options }) => create(server, options), { server }, [
    ...notServers,
    ...each('onError', [null, 'error', {}]),
  ])
}
refusesAll(
  'createConnectedAccountsHandler',
  ({ server, ...options }) => createConnectedAccountsHandler(server, options),
  { server, basePath: '/api/me/v1' },
  [
    ...notServers,
    ...each('basePath', [
      '',
      '/',
      'api',
      '//evil.example.test',
      '/api?a',
      '/api#a',
      7,
      null,
      undefined,
    ]),
    ...each('basePath', ['https://app.example.test/api']),
  ],
)

refusesAll(
  'createManagementClient',
  createManagementClient,
  { domain: 'tenant.example.test', clientId: 'machine', clientSecret: 'a-secret' },
  [
    ...domains,
    ...senders,
    ...each('clientId', ['', 7, null, undefined]),
    ...each('clientSecret', ['', 7, null, undefined]),
    ...each('accessToken', ['', 7, null, undefined, 'Bearer a-token']),
  ],
)
