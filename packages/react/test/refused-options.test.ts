import {
  createConnectedAccountsClient,
  localStorageAccountLabels,
} from '@connected-accounts/client'
import { ConnectedAccountsProvider, useConnectAccount } from '@connected-accounts/react'
import { QueryClient, QueryClientProvider } from '@tanstack/react-query'
import { createElement } from 'react'
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
  const all = { client, user: 'auth0|alice', children: createElement(Connect, options), ...props }
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
