import { createEmulator, type Emulator } from '@connected-accounts/emulator'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { createManagementClient } from '../src/management/management-client.js'
import { rejection } from './visitor.js'

let emulator: Emulator
beforeAll(async () => {
  emulator = await createEmulator({ port: 0 })
})
afterAll(() => emulator.close())

test('with its credentials it lists connected accounts and changes a connection, with one token', async () => {
  let tokens = 0
  const { clientId, clientSecret } = emulator.clients.management
  const management = createManagementClient({
    domain: emulator.domain,
    clientId,
    clientSecret,
    fetch(request) {
      if (request.url.endsWith('/oauth/token')) tokens += 1
      return fetch(request)
    },
  })
  await emulator.seed({ user_id: 'auth0|alice', connection: 'github' })
  const user = { params: { path: { id: 'auth0|alice' } } }
  const [accounts, again] = await Promise.all([
    management.GET('/users/{id}/connected-accounts', user),
    management.GET('/users/{id}/connected-accounts', user),
  ])
  expect(accounts.data?.connected_accounts).toMatchObject([{ connection: 'github' }])
  expect(again.data).toEqual(accounts.data)
  const { response } = await management.PATCH('/connections/{id}', {
    params: { path: { id: 'con_github' } },
    body: { connected_accounts: { active: false } },
  })
  expect(response.status).toBe(200)
  expect(tokens).toBe(1)
})

test('a token that is given is sent as it is', async () => {
  const { domain } = emulator
  const management = createManagementClient({ domain, accessToken: 'not-a-token' })
  const { response } = await management.GET('/clients/{id}', { params: { path: { id: 'web' } } })
  expect(response.status).toBe(401)
})

test('wrong credentials are a TokenError where a request is sent', async () => {
  const { domain } = emulator
  const management = createManagementClient({ domain, clientId: 'management', clientSecret: 'no' })
  const call = management.GET('/clients/{id}', { params: { path: { id: 'web' } } })
  expect(await rejection(call)).toMatchObject({ name: 'TokenError', code: 'invalid_client' })
})

test('what is missing is named', () => {
  const { domain } = emulator
  expect(() => createManagementClient({ domain, accessToken: '' })).toThrow('accessToken')
  const credentials = { domain, clientId: 'management', clientSecret: '' }
  expect(() => createManagementClient(credentials)).toThrow('clientSecret')
})
