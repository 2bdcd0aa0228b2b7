import { readOpenApi } from '@connected-accounts/testing/openapi'
import {
  exchangeCode,
  logIn,
  loginWithCode,
  type TestClient,
} from '@connected-accounts/testing/person/login'
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest'
import { createEmulator, type Emulator, MFA_OTP_GRANT, TOKEN_VAULT_GRANT } from '../src/index.js'
import { createOneTimePasswords } from '../src/oidc/mfa/one-time-password.js'
import { createContractChecker } from './contract.js'

const document = readOpenApi('authentication')
const checker = createContractChecker(document)

let emulator: Emulator
let endpoint: string
beforeAll(async () => {
  emulator = await createEmulator({ port: 0 })
  endpoint = `${emulator.url}/oauth/token`
})
beforeEach(() => emulator.reset())
afterAll(() => emulator.close())

/** Sends the fields, checks the answer against the document, and returns it. */
async function send(fields: Record<string, string>, cause?: 'fault'): Promise<Response> {
  const response = await fetch(endpoint, { method: 'POST', body: new URLSearchParams(fields) })
  await checker.check('getToken', response, cause)
  return response
}

function credentials({ clientId, clientSecret }: TestClient): Record<string, string> {
  return { client_id: clientId, ...(clientSecret && { client_secret: clientSecret }) }
}

function refreshFields(refresh_token: string): Record<string, string> {
  return { ...credentials(emulator.clients.spa), grant_type: 'refresh_token', refresh_token }
}

/** A Token Vault exchange by the API, which has what it needs but for a connected account. */
async function exchangeFields(): Promise<Record<string, string>> {
  const { spa, api } = emulator.clients
  const tokens = await loginWithCode({ emulator, client: spa, audience: api.audience })
  return {
    ...credentials(api),
    grant_type: TOKEN_VAULT_GRANT,
    subject_token: tokens.access_token,
    subject_token_type: 'urn:ietf:params:oauth:token-type:access_token',
    requested_token_type: 'http://auth0.com/oauth/token-type/federated-connection-access-token',
    connection: 'google-oauth2',
  }
}

async function errorOf(response: Response): Promise<unknown> {
  return (await response.json()).error
}

describe('authentication.yaml is what the token endpoint answers', () => {
  it('200 to a code, in a form and as JSON', async () => {
    const login = { emulator, client: emulator.clients.spa }
    const { code, verifier } = await logIn(login)
    const fields = {
      ...credentials(login.client),
      grant_type: 'authorization_code',
      code,
      code_verifier: verifier,
      redirect_uri: 'http://localhost:3000/callback',
    }
    const headers = { 'content-type': 'application/json' }
    const body = JSON.stringify(fields)
    const response = await fetch(endpoint, { method: 'POST', headers, body })
    expect(response.status).toBe(200)
    await checker.check('getToken', response)
    expect((await exchangeCode({ ...login, ...(await logIn(login)) })).status).toBe(200)
  })

  it('200 to a refresh token for another audience', async () => {
    const tokens = await loginWithCode({ emulator, client: emulator.clients.spa })
    const fields = refreshFields(tokens.refresh_token ?? '')
    const scope = 'read:me:connected_accounts'
    const response = await send({ ...fields, audience: `${emulator.url}/me/`, scope })
    expect(response.status).toBe(200)
  })

  it('200 to client credentials', async () => {
    const { web, api } = emulator.clients
    const fields = { ...credentials(web), grant_type: 'client_credentials', audience: api.audience }
    expect((await send(fields)).status).toBe(200)
  })

  it('200 to a Token Vault exchange, 401 while nothing is connected', async () => {
    const fields = await exchangeFields()
    const refused = await send(fields)
    expect(refused.status).toBe(401)
    expect(await errorOf(refused)).toBe('federated_connection_refresh_token_not_found')
    const account = { user_id: emulator.users[0]?.user_id, connection: 'google-oauth2' }
    const body = JSON.stringify(account)
    await fetch(`${emulator.url}/_emulator/accounts`, { method: 'POST', body })
    expect((await send(fields)).status).toBe(200)
  })

  it('400 to a grant that nobody knows and to an audience outside the policy', async () => {
    const unknown = await send({ ...credentials(emulator.clients.spa), grant_type: 'magic' })
    expect(unknown.status).toBe(400)
    const tokens = await loginWithCode({ emulator, client: emulator.clients.spa })
    const fields = refreshFields(tokens.refresh_token ?? '')
    const target = await send({ ...fields, audience: 'https://other.example.test/' })
    expect(await errorOf(target)).toBe('invalid_target')
  })

  it('401 to a wrong secret and to a subject token that is no token', async () => {
    const fields = await exchangeFields()
    const wrongSecret = await send({ ...fields, client_secret: 'wrong' })
    expect([wrongSecret.status, await errorOf(wrongSecret)]).toEqual([401, 'invalid_client'])
    const wrongSubject = await send({ ...fields, subject_token: `${fields.subject_token}x` })
    expect([wrongSubject.status, await errorOf(wrongSubject)]).toEqual([401, 'invalid_grant'])
  })

  it('403 to a grant that the client may not use, and to a refresh token that is none', async () => {
    const fields = { ...(await exchangeFields()), ...credentials(emulator.clients.spa) }
    const { client_secret: _, ...publicClient } = fields
    const unauthorized = await send(publicClient)
    expect([unauthorized.status, await errorOf(unauthorized)]).toEqual([403, 'unauthorized_client'])
    const invalid = await send(refreshFields('no-token'))
    expect([invalid.status, await errorOf(invalid)]).toEqual([403, 'invalid_grant'])
  })

  it('403 to a refresh that needs a second factor, and 200 to its one-time password', async () => {
    const [alice, ...others] = emulator.users
    const factor = { id: 'totp|dev_1', type: 'totp' as const, totp_secret: 'JBSWY3DPEHPK3PXP' }
    const users = alice ? [{ ...alice, authentication_methods: [factor] }, ...others] : []
    emulator.tenant.set({ users })
    emulator.switches.set({ myAccountPolicy: 'enforced' })
    const { spa } = emulator.clients
    const tokens = await loginWithCode({ emulator, client: spa })
    const fields = refreshFields(tokens.refresh_token ?? '')
    const refused = await send({ ...fields, audience: `${emulator.url}/me/` })
    expect(refused.status).toBe(403)
    const { mfa_token } = await refused.json()
    const grant = { ...credentials(spa), grant_type: MFA_OTP_GRANT, mfa_token }
    const otp = createOneTimePasswords().show(factor)
    expect((await send({ ...grant, otp })).status).toBe(200)
  })

  it('429 with retry-after, when it is asked for', async () => {
    emulator.failNext('getToken', { status: 429 })
    expect((await send(refreshFields('any'), 'fault')).status).toBe(429)
  })

  it('every status was reached, and only 429 by the fault switch', () => {
    expect(checker.unreached()).toEqual([])
    expect(checker.reachedByFaultOnly()).toEqual(['getToken 429'])
  })
})
