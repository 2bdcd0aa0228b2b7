import { readOpenApi } from '@connected-accounts/testing/openapi'
import { expect, test } from 'vitest'
import type { StartConnectOptions } from '../src/index.js'
import { comeBack, connected, redirectUri, start } from './flows.js'
import { json } from './observed-client.js'

type Options = Partial<StartConnectOptions>

const contract = readOpenApi('my-account')
const limits = contract.components.schemas.CreateConnectedAccountRequest.properties.scopes

const numbered = (count: number) => Array.from({ length: count }, (_, n) => `scope:${n}`)

async function expectRefusal(options: Options, message: string) {
  const { flow, requests } = start(options)
  await expect(flow).rejects.toMatchObject({ name: 'ConnectFlowError', code: 'invalid_request' })
  await expect(flow).rejects.toThrow(message)
  expect(requests).toHaveLength(0)
}

test.for<[string, Options]>([
  ['connection must be', { connection: '' }],
  ['connection must be', { connection: JSON.parse('7') }],
  ['connection must be', { connection: JSON.parse('null') }],
  ['connection must be', { connection: JSON.parse('{}') }],
  ['redirectUri must be an absolute URL', { redirectUri: '/connected' }],
  ['redirectUri must be an absolute URL', { redirectUri: JSON.parse('7') }],
  ['redirectUri must be an absolute URL', { redirectUri: Object(new URL(redirectUri)) }],
  ['returnTo must be a URL or a path', { returnTo: JSON.parse('7') }],
  ['scopes must be an array', { scopes: JSON.parse('"repo"') }],
  ['scopes must be an array', { scopes: JSON.parse('{}') }],
])('a wrong option is named and nothing is sent: %s', ([message, options]) =>
  expectRefusal(options, message),
)

test('scopes at the limits of the contract are sent', async () => {
  expect(limits).toMatchObject({ uniqueItems: true, items: { minLength: 1 } })
  const { flow } = start({ scopes: numbered(limits.minItems) })
  await flow
  await start({ scopes: numbered(limits.maxItems) }).flow
  await start({ scopes: ['s'.repeat(limits.items.maxLength)] }).flow
  await start({ scopes: ['🙂'.repeat(limits.items.maxLength)] }).flow
})

test.for<[string, string[]]>([
  ['none', numbered(limits.minItems - 1)],
  ['too many', numbered(limits.maxItems + 1)],
  ['one twice', ['repo', 'repo']],
  ['an empty one', ['repo', '']],
  ['one that is too long', ['s'.repeat(limits.items.maxLength + 1)]],
])('scopes that the contract would refuse are not sent: %s', ([, scopes]) =>
  expectRefusal({ scopes }, 'scopes must be an array of 1 to 100'),
)

test.for([
  null,
  0,
  '',
  false,
  [1, [null], { a: [] }],
  { a: { b: 'ü\ud800' }, c: undefined, ['__proto__']: 1 },
  Object.create(null),
])('appState may be any JSON: %j', async (appState) => {
  const { complete } = await comeBack({ appState })
  expect((await complete(json(201, connected)).done).appState).toEqual(appState)
})

const circle: unknown[] = []
circle.push(circle)

test.for<[string, unknown]>([
  ['appState', () => 1],
  ['appState', Symbol('a')],
  ['appState', 1n],
  ['appState', Number.NaN],
  ['appState', new Map()],
  ['appState.list.1', { list: [1, undefined] }],
  ['appState.since', { since: new Date(0) }],
  ['appState.a.b', { a: { b: Number.POSITIVE_INFINITY } }],
  ['appState.0', circle],
])('what JSON cannot hold is refused, with its place: %s', ([place, appState]) =>
  expectRefusal({ appState }, `JSON cannot hold ${place}. `),
)

test.for(['/settings?tab=1#google', 'settings', '?tab=1', 'https://app.example.test/settings'])(
  "returnTo may be a URL of redirectUri's origin or relative to it: %s",
  async (returnTo) => {
    const { complete } = await comeBack({ returnTo })
    expect((await complete(json(201, connected)).done).returnTo).toBe(returnTo)
  },
)

const elsewhere = [
  'https://evil.example.test/',
  '//evil.example.test/',
  '/\\evil.example.test/',
  'https://app.example.test.evil.example/',
  'https://app.example.test:444/',
  'http://app.example.test/',
  'javascript:alert(1)',
  'java\nscript:alert(1)',
  'data:text/html,hello',
  'blob:https://app.example.test/0',
  'https://',
]

test.for(elsewhere)('returnTo must not lead elsewhere: %j', (returnTo) =>
  expectRefusal({ returnTo }, "returnTo must be a URL or a path of redirectUri's origin"),
)

test('returnTo may have 512 bytes, and no more', async () => {
  const longest = `/${'ü'.repeat(255)}!`
  const { complete } = await comeBack({ returnTo: longest })
  expect((await complete(json(201, connected)).done).returnTo).toBe(longest)
  await expectRefusal({ returnTo: `${longest}!` }, 'returnTo must have at most 512 bytes')
})

test('a returnTo with a script is refused also where the app has a scheme of its own', () =>
  expectRefusal({ redirectUri: 'app.example:/cb', returnTo: 'javascript:alert(1)' }, 'returnTo'))

test.for(elsewhere)(
  'a stored returnTo that leads elsewhere makes the transaction unknown, and nothing is sent: %j',
  async (returnTo) => {
    const { complete, state, transactions } = await comeBack({ returnTo: '/settings' })
    const kept = await transactions.get(state)
    if (!kept) throw new Error('nothing kept')
    await transactions.set(state, { ...kept, returnTo }, kept)
    const { done, sent } = complete(json(201, connected))
    await expect(done).rejects.toMatchObject({ code: 'unknown_state', returnTo: undefined })
    expect(sent()).toHaveLength(0)
    const refused = complete(json(201, connected), {
      callbackUrl: `${redirectUri}?error=access_denied&state=${state}`,
    })
    await expect(refused.done).rejects.toMatchObject({ returnTo: undefined })
  },
)
