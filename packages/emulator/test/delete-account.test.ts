import { loginWithCode, requestToken } from '@connected-accounts/testing/person/login'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { createEmulator, type Emulator, TOKEN_VAULT_GRANT } from '../src/index.js'

let emulator: Emulator
beforeAll(async () => {
  emulator = await createEmulator({ port: 0 })
})
afterAll(() => emulator.close())

async function exchange() {
  const { spa, api } = emulator.clients
  const { access_token } = await loginWithCode({ emulator, client: spa, audience: api.audience })
  return requestToken(
    { emulator, client: api },
    {
      grant_type: TOKEN_VAULT_GRANT,
      subject_token: access_token,
      subject_token_type: 'urn:ietf:params:oauth:token-type:access_token',
      requested_token_type: 'http://auth0.com/oauth/token-type/federated-connection-access-token',
      connection: 'google-oauth2',
    },
  )
}

async function deleteAccount(id: string): Promise<number> {
  const { refresh_token = '' } = await loginWithCode({ emulator, client: emulator.clients.spa })
  const { body } = await requestToken(
    { emulator, client: emulator.clients.spa },
    {
      grant_type: 'refresh_token',
      refresh_token,
      audience: `${emulator.url}/me/`,
      scope: 'delete:me:connected_accounts',
    },
  )
  const headers = { authorization: `Bearer ${body.access_token}` }
  const url = `${emulator.url}/me/v1/connected-accounts/accounts/${id}`
  return (await fetch(url, { method: 'DELETE', headers })).status
}

async function eventsStatus(accessToken: string): Promise<number> {
  const url = `${emulator.url}/upstream/google-oauth2/calendar/v3/calendars/primary/events`
  const headers = { authorization: `Bearer ${accessToken}` }
  return (await fetch(url, { headers })).status
}

test('deleting an account empties Token Vault and leaves the grant at the provider alive', async () => {
  const body = JSON.stringify({ user_id: 'auth0|alice', connection: 'google-oauth2' })
  const seeded = await fetch(`${emulator.url}/_emulator/accounts`, { method: 'POST', body })
  const [account] = (await seeded.json()).accounts
  const { access_token: providerToken } = (await exchange()).body
  expect(await eventsStatus(providerToken)).toBe(200)
  expect(await deleteAccount(account.id)).toBe(204)
  expect((await exchange()).body.error).toBe('federated_connection_refresh_token_not_found')
  expect(await eventsStatus(providerToken)).toBe(200)
})
