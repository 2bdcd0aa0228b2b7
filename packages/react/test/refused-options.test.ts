import {
  createConnectedAccountsClient,
  localStorageAccountLabels,
} from '@connected-accounts/client'
import {
  ConnectedAccountsProvider,
  useConnectAccount,
  useConnectedCall,
  useConnectedQuery,
} from '@connected-accounts/react'
import { QueryClient, QueryClientProvider } from '@tanstack/react-query'
import { createElement, type ReactNode } from 'react'
import { renderToString } from 'react-dom/server'
import { expect, test } from 'vitest'

// Props and options with values that cannot be meant. The types forbid most of them, but JavaScript does not.

const client = createConnectedAccountsClient({
  domain: 'tenant.example.test',
  accessToken: 'a-token',
})

function Connect(options: object): string {
  return String(useConnectAccount(options).status)
}

function render(props: object, options?: object): string {
  return renderInside(props, createElement(Connect, options))
}

function renderInside(props: object, children: ReactNode): string {
  const all = { client, user: 'auth0|alice', children, ...props }
  const provider = createElement(ConnectedAccountsProvider, all)
  return renderToString(createElement(QueryClientProvider, { client: new QueryClient() }, provider))
}

test('what the others are made of is rendered, also while nobody is logged in', () => {
  expect(render({})).toBe('idle')
  expect(render({ user: undefined })).toBe('idle')
  expect(render({ accountLabels: localStorageAccountLabels() })).toBe('idle')
  for (const mode of ['redirect', 'popup', 'auto']) {
    for (const onBlocked of ['redirect', 'throw'])
      expect(render({}, { mode, onBlocked })).toBe('idle')
  }
})

test.for<[name: string, value: unknown]>([
  ...[undefined, null, {}, createConnectedAccountsClient].map((value): [string, unknown] => [
    'client',
    value,
  ]),
  ...[null, '', 7, false, {}].map((value): [string, unknown] => ['user', value]),
  ...[null, 'store', {}, { get() {}, set() {} }, localStorageAccountLabels].map(
    (value): [string, unknown] => ['accountLabels', value],
  ),
])('the provider refuses a wrong %s: %j', ([name, value]) => {
  const refused = () => render({ [name]: value })
  expect(refused).toThrow(TypeError)
  expect(refused).toThrow(name)
})

test.for<[name: string, value: unknown]>([
  ...['pop-up', '', null, true].map((value): [string, unknown] => ['mode', value]),
  ...['fail', '', null, false].map((value): [string, unknown] => ['onBlocked', value]),
])('useConnectAccount refuses a wrong %s: %j', ([name, value]) => {
  const refused = () => render({}, { [name]: value })
  expect(refused).toThrow(TypeError)
  expect(refused).toThrow(name)
})

const call = { fn: async () => undefined, connection: 'github', key: ['star'] }

function Call({ options }: { options: object }): string {
  return useConnectedCall({ ...call, ...options }).status
}

function Query({ options }: { options: object }): string {
  return useConnectedQuery({ ...call, ...options }).status
}

test('a call and a query are rendered, also while nobody is logged in', () => {
  const options = { scopes: ['repo'], mode: 'popup', onBlocked: 'redirect', resume: 'ask' }
  for (const user of ['auth0|alice', undefined]) {
    expect(renderInside({ user }, createElement(Call, { options }))).toBe('idle')
    expect(renderInside({ user }, createElement(Query, { options }))).toBe('pending')
  }
})

const wrong: [name: string, value: unknown][] = [
  ...[undefined, null, 'fetch', {}].map((value): [string, unknown] => ['fn', value]),
  ...[undefined, '', 7, {}, { connection: '' }].map((value): [string, unknown] => [
    'connection',
    value,
  ]),
  ...['star', 7, {}, null].map((value): [string, unknown] => ['key', value]),
  ...['always', true, null].map((value): [string, unknown] => ['resume', value]),
  ...['window', null].map((value): [string, unknown] => ['mode', value]),
]

test.for([...wrong, ['resume', 'auto'] as const])(
  'useConnectedCall refuses a wrong %s: %j',
  ([name, value]) => {
    const options = { [name]: value }
    const refused = () => renderInside({}, createElement(Call, { options }))
    expect(refused).toThrow(TypeError)
    expect(refused).toThrow(name)
  },
)

test.for([...wrong, ['key', undefined] as const])(
  'useConnectedQuery refuses a wrong %s: %j',
  ([name, value]) => {
    const options = { [name]: value }
    const refused = () => renderInside({}, createElement(Query, { options }))
    expect(refused).toThrow(TypeError)
    expect(refused).toThrow(name)
  },
)

test.for([{}, { mode: 'redirect' }, { mode: 'auto' }, { mode: 'popup', onBlocked: 'redirect' }])(
  'useConnectedCall refuses %j without a key, and says what to pass',
  (options) => {
    const refused = () =>
      renderInside({}, createElement(Call, { options: { ...options, key: undefined } }))
    expect(refused).toThrow(TypeError)
    expect(refused).toThrow(/key is required.*mode: 'popup'/)
  },
)

test("useConnectedCall refuses resume: 'auto', and names the hook for it", () => {
  const refused = () => renderInside({}, createElement(Call, { options: { resume: 'auto' } }))
  expect(refused).toThrow(/useConnectedQuery/)
})
