import type { webcrypto } from 'node:crypto'
import type { Client, Middleware } from 'openapi-fetch'
import { assertType, expectTypeOf, test } from 'vitest'
import type { createDpop, DpopKeyPair } from '../src/dpop/create-dpop.js'
import { fromProver } from '../src/dpop/from-prover.js'
import {
  type AccessToken,
  type AccessTokenSource,
  authorizationMiddleware,
  type ConnectedAccount,
  type ConnectedAccountsClient,
  type ConnectedAccountsPage,
  createConnectedAccountsClient,
  isMyAccountApiError,
  iterateConnectedAccounts,
  type listConnectedAccounts,
  type MyAccountApiErrorCode,
  type paths,
  type TokenErrorCode,
} from '../src/index.js'
import { refreshTokenSource } from '../src/tokens/refresh-token-source.js'
import type { ExchangeConnectionTokenOptions, WebCryptoKey } from '../src/tokens/token-vault.js'

declare const client: ConnectedAccountsClient

test('the client knows paths, parameters and answers of the contract', async () => {
  const { data } = await client.GET('/connected-accounts/accounts', {
    params: { query: { take: 20, connection: ['a', 'b'] } },
  })
  expectTypeOf(data).toEqualTypeOf<ConnectedAccountsPage | undefined>()
  // @ts-expect-error no such path
  client.GET('/connected-accounts')
  // @ts-expect-error `redirect_uri` is missing
  client.POST('/connected-accounts/connect', { body: { connection: 'github' } })
})

test("the client is openapi-fetch's, with a base URL that stays", () => {
  expectTypeOf(client).toExtend<Client<paths>>()
  expectTypeOf(client.baseUrl).toBeString()
  // @ts-expect-error it is readonly
  client.baseUrl = 'https://evil.example.test'
  // @ts-expect-error there is no public fetch
  client.fetch
  const options = { accessToken: 't', audience: 'a', scope: 's', allowedOrigins: ['o'] }
  expectTypeOf(authorizationMiddleware(options)).toEqualTypeOf<Middleware>()
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
  const prover = { generateProof: async () => 'proof' }
  assertType(
    createConnectedAccountsClient({ domain: 'd', accessToken: 't', dpop: fromProver(prover) }),
  )
  // @ts-expect-error your prover goes through fromProver first
  createConnectedAccountsClient({ domain: 'd', accessToken: 't', dpop: prover })
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

test('an exchange needs a secret or a key', () => {
  expectTypeOf<ExchangeConnectionTokenOptions['clientAuth']>().toEqualTypeOf<
    { clientSecret: string } | { privateKey: WebCryptoKey; kid?: string | undefined }
  >()
  // @ts-expect-error one of the three
  assertType<ExchangeConnectionTokenOptions['subjectTokenType']>('id_token')
})

test('a refresh token source is an accessToken, and answers what a client takes', () => {
  const accessToken = refreshTokenSource({
    domain: 'd',
    clientId: 'c',
    refreshToken: () => localStorage.getItem('r'),
  })
  assertType<AccessTokenSource>(accessToken)
  assertType(createConnectedAccountsClient({ domain: 'd', accessToken }))
  expectTypeOf<Awaited<ReturnType<typeof accessToken>>>().toEqualTypeOf<AccessToken>()
  // @ts-expect-error a function, as the token may change
  refreshTokenSource({ domain: 'd', clientId: 'c', refreshToken: 'r' })
})

test('codes of token errors are known ones, or whatever a server says', () => {
  expectTypeOf<'invalid_target'>().toExtend<TokenErrorCode>()
  expectTypeOf<'brand_new'>().toExtend<TokenErrorCode>()
  expectTypeOf<TokenErrorCode>().not.toEqualTypeOf<string>()
})

test('a key pair is the one of Web Crypto, as browsers and Node type it, and nothing else', () => {
  type KeyPair = NonNullable<Parameters<typeof createDpop>[0]>['keyPair']
  assertType<KeyPair>({} as CryptoKeyPair) // only its type counts
  assertType<KeyPair>({} as webcrypto.CryptoKeyPair) // only its type counts
  assertType<CryptoKeyPair>({} as DpopKeyPair) // only its type counts
  assertType<webcrypto.CryptoKeyPair>({} as DpopKeyPair) // only its type counts
  // @ts-expect-error no key pair
  assertType<KeyPair>(42)
})

test('a fetch that takes only a URL and options does not compile, as it gets a Request', () => {
  const takesText = async (url: string, _init?: RequestInit) => new Response(url)
  // @ts-expect-error it would be called with a Request
  createConnectedAccountsClient({ domain: 'd', accessToken: 't', fetch: takesText })
  // @ts-expect-error it would be called with a Request
  refreshTokenSource({ domain: 'd', clientId: 'c', refreshToken: () => 'r', fetch: takesText })
})
