import { assertType, expectTypeOf, test } from 'vitest'
import {
  type ConnectedAccount,
  type ConnectedAccountsClient,
  type ConnectedAccountsPage,
  createConnectedAccountsClient,
  isMyAccountApiError,
  iterateConnectedAccounts,
  type listConnectedAccounts,
  type MyAccountApiErrorCode,
} from '../src/index.js'
import type { ExchangeConnectionTokenOptions } from '../src/token-vault.js'

declare const client: ConnectedAccountsClient

test('the raw client knows paths, parameters and answers of the contract', async () => {
  const { data } = await client.GET('/connected-accounts/accounts', {
    params: { query: { take: 20, connection: ['a', 'b'] } },
  })
  expectTypeOf(data).toEqualTypeOf<ConnectedAccountsPage | undefined>()
  // @ts-expect-error no such path
  client.GET('/connected-accounts')
  // @ts-expect-error `redirect_uri` is missing
  client.POST('/connected-accounts/connect', { body: { connection: 'github' } })
})

test('functions answer wire shapes', () => {
  expectTypeOf<
    Awaited<ReturnType<typeof listConnectedAccounts>>
  >().toEqualTypeOf<ConnectedAccountsPage>()
  expectTypeOf(iterateConnectedAccounts(client)).toExtend<AsyncIterable<ConnectedAccount>>()
  expectTypeOf<ConnectedAccount['scopes']>().toEqualTypeOf<string[]>()
})

test('a client has a tenant or a backend, and dpop is a value', () => {
  assertType(createConnectedAccountsClient({ domain: 'd', accessToken: 't' }))
  assertType(createConnectedAccountsClient({ baseUrl: '/api/me/v1' }))
  // @ts-expect-error the backend holds the tokens
  createConnectedAccountsClient({ baseUrl: '/api', accessToken: 't' })
  // @ts-expect-error never a boolean
  createConnectedAccountsClient({ domain: 'd', accessToken: 't', dpop: true })
  // @ts-expect-error the token is missing
  createConnectedAccountsClient({ domain: 'd' })
})

test('guards narrow to literal codes', () => {
  const error: unknown = undefined
  if (isMyAccountApiError(error)) {
    expectTypeOf(error.code).toEqualTypeOf<MyAccountApiErrorCode>()
    // @ts-expect-error no such code
    assertType(error.code === 'no_such_code')
  }
})

test('an exchange needs a client secret', () => {
  expectTypeOf<ExchangeConnectionTokenOptions['clientAuth']>().toEqualTypeOf<{
    clientSecret: string
  }>()
})
