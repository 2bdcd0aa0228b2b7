import { expectTypeOf, test } from 'vitest'
import type { ServerClient, ServerClientOptions, StoreOptions } from '../src/index.js'
import { createManagementClient } from '../src/management/management-client.js'

declare const server: ServerClient
declare const store: StoreOptions
declare const privateKey: CryptoKey

const base = {
  domain: 'tenant.eu.auth0.com',
  clientId: 'web',
  secret: 'secret',
  authorizationParams: { redirect_uri: 'https://app.example.test/callback' },
}

test('a client needs a secret or a key', () => {
  expectTypeOf({ ...base, clientSecret: 's' }).toExtend<ServerClientOptions>()
  expectTypeOf({ ...base, privateKey, kid: 'k' }).toExtend<ServerClientOptions>()
  expectTypeOf(base).not.toExtend<ServerClientOptions>()
})

test('a redirect_uri is needed', () => {
  expectTypeOf({
    ...base,
    clientSecret: 's',
    authorizationParams: {},
  }).not.toExtend<ServerClientOptions>()
})

test('a redirect_uri may be a function of the request, and may be a promise', () => {
  const authorizationParams = {
    redirect_uri: ({ request }: StoreOptions) => request.headers.get('host') ?? '',
    scope: 'openid',
  }
  expectTypeOf({ ...base, clientSecret: 's', authorizationParams }).toExtend<ServerClientOptions>()
  const later = { redirect_uri: async () => 'https://app.example.test/callback' }
  expectTypeOf({
    ...base,
    clientSecret: 's',
    authorizationParams: later,
  }).toExtend<ServerClientOptions>()
  const uncertain = { redirect_uri: () => new Map<string, string>().get('host') }
  expectTypeOf({
    ...base,
    clientSecret: 's',
    authorizationParams: uncertain,
  }).not.toExtend<ServerClientOptions>()
})

test('a Request and a Response are store options', () => {
  expectTypeOf<{ request: Request; response: Response }>().toExtend<StoreOptions>()
})

test('a session that is shown has no tokens', () => {
  type Shown = NonNullable<Awaited<ReturnType<ServerClient['getSession']>>>
  expectTypeOf<keyof Shown>().toEqualTypeOf<'user' | 'domain' | 'createdAt' | 'expiresAt'>()
})

test('what getAccessToken gives is what the fetch of the client takes', () => {
  expectTypeOf(server.getAccessToken({}, store)).resolves.toHaveProperty('tokenType')
})

test('the Management API has the operations of the contract, and their bodies', () => {
  const management = createManagementClient({ domain: 'd', accessToken: 't' })
  // @ts-expect-error: no such operation
  management.GET('/tenants/settings', {})
  const params = { path: { id: 'con_1' } }
  // @ts-expect-error: active is a boolean
  management.PATCH('/connections/{id}', { params, body: { connected_accounts: { active: 'yes' } } })
})
