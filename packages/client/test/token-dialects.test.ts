import { createEmulator, defaultTenant } from '@connected-accounts/emulator'
import {
  allowInsecureRequests,
  discoveryRequest,
  processDiscoveryResponse,
  validateJwtAccessToken,
} from 'oauth4webapi'
import { describe, expect, onTestFinished, test } from 'vitest'

const expectedAudience = 'https://api.example.test/'

/** What oauth4webapi says of an access token of the emulator in this dialect: its client, or the reason of the refusal. */
async function validate(token_dialect: 'access_token' | 'rfc9068_profile') {
  const { apis } = defaultTenant()
  const tenant = { apis: apis.map((api) => ({ ...api, token_dialect })) }
  const emulator = await createEmulator({ port: 0, tenant })
  onTestFinished(() => emulator.close())
  const options = { [allowInsecureRequests]: true }
  const issuer = new URL(`${emulator.url}/`)
  const found = await discoveryRequest(issuer, options)
  const server = await processDiscoveryResponse(issuer, found)
  const user_id = 'auth0|alice'
  const token = await emulator.issueAccessToken({ user_id, audience: expectedAudience })
  const request = new Request(expectedAudience, { headers: { authorization: `Bearer ${token}` } })
  return validateJwtAccessToken(server, request, expectedAudience, options)
}

describe('oauth4webapi, which validates access tokens by RFC 9068', () => {
  test('accepts a token of the emulator in the dialect rfc9068_profile', async () => {
    expect(await validate('rfc9068_profile')).toMatchObject({
      sub: 'auth0|alice',
      client_id: 'spa',
    })
  })

  test('refuses one in the dialect access_token, as it refuses those of Auth0', async () => {
    await expect(validate('access_token')).rejects.toThrow('typ')
  })
})
