import { afterAll, expect, test } from 'vitest'
import { createEmulator } from '../src/index.js'
import { createEmulator as createMswEmulator } from '../src/shells/msw/emulator.js'

// Each table has every option with values that cannot be meant. The types forbid most of them, but JavaScript, a setting from the
// environment and JSON do not.

type Wrong = [name: string, value: unknown]

const each = (name: string, values: unknown[]): Wrong[] => values.map((value) => [name, value])

const isOptionError = (error: unknown) => error instanceof TypeError || error instanceof RangeError

test.for([
  ...each('listen', [null, 'false', 0]),
  ...each('https', [null, 'true', 1]),
  ...each('host', ['', 7, null]),
  ...each('publicUrl', ['', 7, null, 'localhost:4400', 'https://a.test/b', 'https://a:b@a.test']),
  ...each('trustProxy', [null, 'true', 1]),
  ...each('port', [-1, 65_536, 1.5, Number.NaN, Number.POSITIVE_INFINITY, '4400', null]),
  ...each('tenant', [null, [], 'tenant', { clinets: [] }, { users: [] }, { users: 7 }]),
  ...each('actions', [null, [], 'deny', { postlogin: 1 }, { postLogin: 'deny' }]),
  ...each('prot', [0]),
  ...each('tenants', [{}]),
])('createEmulator refuses a wrong %s: %j', async ([name, value]) => {
  const refused = createEmulator({ port: 0, [name]: value })
  await expect(refused).rejects.toSatisfy(isOptionError)
  await expect(refused).rejects.toThrow(name)
})

test.for([
  ...each('domain', [
    '',
    7,
    null,
    'tenant.example.test/me',
    'https://user:password@tenant.example.test',
  ]),
  ...each('domain', [
    'tenant.example.test?a',
    'tenant.example.test#a',
    'not a host',
    'file:///tenant',
  ]),
  ...each('tenant', [null, [], 'tenant', { clinets: [] }]),
  ...each('actions', [null, [], 'deny', { postlogin: 1 }, { postLogin: 'deny' }]),
  ...each('listen', [false]),
  ...each('domian', ['tenant.example.test']),
])('the emulator for msw refuses a wrong %s: %j', async ([name, value]) => {
  const refused = createMswEmulator({ [name]: value })
  await expect(refused).rejects.toBeInstanceOf(TypeError)
  await expect(refused).rejects.toThrow(name)
})

const emulator = await createEmulator({ listen: false })
afterAll(() => emulator.close())
const msw = await createMswEmulator()
const user_id = 'auth0|alice'
const connection = 'google-oauth2'

type Call = [call: string, name: string, wrong: unknown]

const calls: Record<string, (wrong: never) => unknown> = {
  'clock.advance': (seconds) => emulator.clock.advance(seconds),
  'clock.skewProofs': (seconds) => emulator.clock.skewProofs(seconds),
  'switches.set': (change) => emulator.switches.set(change),
  'tenant.set': (change) => emulator.tenant.set(change),
  'faults.add': (rule) => emulator.faults.add(rule),
  failNext: (operation) => emulator.failNext(operation, { status: 503 }),
  seed: (change: object) => emulator.seed({ user_id, connection, ...change }),
  issueAccessToken: (change: object) => emulator.issueAccessToken({ user_id, ...change }),
  issueRefreshToken: (change: object) => msw.issueRefreshToken({ user_id, ...change }),
  consent: (answer) => emulator.consent(`${emulator.url}/`, answer),
  onLog: (listener) => emulator.onLog(listener),
}
const withField = (call: string, name: string, values: unknown[]): Call[] =>
  values.map((value) => [call, name, { [name]: value }])
const withValue = (call: string, name: string, values: unknown[]): Call[] =>
  values.map((value) => [call, name, value])

test.for<Call>([
  ...withValue('clock.advance', 'seconds', [-1, Number.NaN, Number.POSITIVE_INFINITY, '60', null]),
  ...withValue('clock.skewProofs', 'seconds', [Number.NaN, Number.NEGATIVE_INFINITY, '60', null]),
  ...withValue('switches.set', 'switches', [null, 7, { consents: 'refused' }]),
  ...withField('switches.set', 'consent', ['refuse', null, 7]),
  ...withValue('tenant.set', 'tenant', [null, 7, { clinets: [] }, { users: [] }]),
  ...withValue('faults.add', 'fault', [null, 7, {}, { operation: 'getToken', statsu: 503 }]),
  ...[200, '503', Number.NaN, null].map(
    (status): Call => ['faults.add', 'status', { operation: 'getToken', status }],
  ),
  ...[-1, Number.POSITIVE_INFINITY, 60_001, '1'].map(
    (delay): Call => ['faults.add', 'delay', { operation: 'getToken', delay }],
  ),
  ...[0, -1, 1.5, Number.NaN].map(
    (times): Call => ['faults.add', 'times', { operation: 'getToken', status: 503, times }],
  ),
  ...withValue('failNext', 'operation', ['getTokens', '', 7, null, undefined]),
  ...withField('seed', 'count', [0, -1, 1.5, Number.NaN, 101, '2', null]),
  ...withField('seed', 'emails', [[], [''], 'a@example.test', null]),
  ...withField('seed', 'user_id', ['', 7, 'auth0|nobody', undefined]),
  ...withField('seed', 'connection', ['', 7, 'unknown', undefined]),
  ...withField('seed', 'org_id', ['', 'org_unknown', null]),
  ...withField('seed', 'cuont', [1]),
  ...withField('issueAccessToken', 'user_id', ['', 7, 'auth0|nobody', undefined]),
  ...withField('issueAccessToken', 'client_id', ['', 7, 'unknown', null]),
  ...withField('issueAccessToken', 'audience', ['', 7, 'https://unknown.example.test/', null]),
  ...withField('issueAccessToken', 'scope', ['unknown', 7, null]),
  ...withField('issueAccessToken', 'org_id', ['', 7, null]),
  ...withField('issueAccessToken', 'jkt', ['', 7, null]),
  ...withField('issueRefreshToken', 'user_id', ['', 7, 'auth0|nobody', undefined]),
  ...withField('issueRefreshToken', 'client_id', ['', 7, 'unknown', null]),
  ...withField('issueRefreshToken', 'audience', ['', 7, null]),
  ...withField('issueRefreshToken', 'scope', [7, null]),
  ...withField('consent', 'decision', ['deny', '', null, 7]),
  ...withValue('onLog', 'listener', [undefined, null, 'log']),
])('%s refuses a wrong %s: %j', async ([call, name, wrong]) => {
  const error = await Promise.resolve()
    .then(() => calls[call]?.(wrong as never)) // the types forbid it
    .catch((reason: unknown) => reason)
  expect(error).toSatisfy(isOptionError)
  expect(error).toMatchObject({ message: expect.stringContaining(name) })
})
