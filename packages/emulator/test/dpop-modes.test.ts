import {
  claims,
  exchangeCode,
  type Login,
  logIn,
  loginWithCode,
  requestToken,
  type TokenAnswer,
} from '@connected-accounts/testing/person/login'
import { calculateThumbprint, generateKeyPair, type KeyPair } from 'dpop'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { createEmulator, defaultTenant, type Emulator, TOKEN_VAULT_GRANT } from '../src/index.js'

const modes = ['none', 'allowed', 'required'] as const
const audienceOf = (mode: string) => `https://${mode}.example.test/`
const kinds = ['spa', 'web'] as const

let emulator: Emulator
let dpop: KeyPair
let thumbprint: string

beforeAll(async () => {
  const { apis, clients, client_grants } = defaultTenant()
  for (const mode of modes) {
    const api = { name: mode, scopes: ['read:calendar'], token_lifetime: 60 }
    apis.push({ ...api, identifier: audienceOf(mode), proof_of_possession: mode })
  }
  const proving = clients.map((client) => ({
    ...client,
    client_id: `${client.client_id}-proving`,
    require_proof_of_possession: true,
  }))
  const tenant = { apis, clients: [...clients, ...proving], client_grants }
  for (const { client_id, refresh_token } of tenant.clients) {
    for (const mode of modes) {
      const granted = { audience: audienceOf(mode), scope: ['read:calendar'] }
      refresh_token.policies.push(granted)
      client_grants.push({ ...granted, client_id })
    }
  }
  emulator = await createEmulator({ port: 0, tenant })
  dpop = await generateKeyPair('ES256')
  thumbprint = await calculateThumbprint(dpop.publicKey)
})
afterAll(() => emulator.close())

/** A login at one of the two clients, of which the proving kind requires proofs. */
function loginAt(kind: (typeof kinds)[number], { proves = false, hasProof = true }): Login {
  const client = emulator.clients[kind]
  const clientId = proves ? `${client.clientId}-proving` : client.clientId
  return { emulator, client: { ...client, clientId }, ...(hasProof && { dpop }) }
}

const grants = {
  code: async (login: Login, audience: string) => {
    const made = await logIn({ ...login, audience })
    return exchangeCode({ ...login, ...made })
  },
  // The login has a proof wherever the client wants one; what is asked here is what the refresh gets.
  refresh: async (login: Login, audience: string) => {
    const { clientId } = login.client
    const first = clientId.endsWith('-proving') ? { ...login, dpop } : login
    const { refresh_token = '' } = await loginWithCode(first)
    return requestToken(login, { grant_type: 'refresh_token', refresh_token, audience })
  },
  credentials: (login: Login, audience: string) =>
    requestToken(login, { grant_type: 'client_credentials', audience }),
}

const cases = [
  { kind: 'spa', grant: 'code' },
  { kind: 'spa', grant: 'refresh' },
  { kind: 'web', grant: 'code' },
  { kind: 'web', grant: 'refresh' },
  { kind: 'web', grant: 'credentials' },
] as const

function outcome({ status, body }: TokenAnswer): string {
  if (status !== 200) return `${status} ${body.error}: ${body.error_description}`
  expect(claims(body.access_token).cnf).toEqual(
    body.token_type === 'DPoP' ? { jkt: thumbprint } : undefined,
  )
  return body.token_type
}

const audienceRequires = '400 invalid_request: The audience requires a DPoP proof'
const clientRequires = '400 invalid_request: The client requires a DPoP proof'

describe.each(cases)('A token for $kind by $grant (RFC 9449 §5)', ({ kind, grant }) => {
  it.each([
    { proves: false, hasProof: false, mode: 'none', expected: 'Bearer' },
    { proves: false, hasProof: false, mode: 'allowed', expected: 'Bearer' },
    { proves: false, hasProof: false, mode: 'required', expected: audienceRequires },
    { proves: false, hasProof: true, mode: 'none', expected: 'Bearer' },
    { proves: false, hasProof: true, mode: 'allowed', expected: 'DPoP' },
    { proves: false, hasProof: true, mode: 'required', expected: 'DPoP' },
    { proves: true, hasProof: false, mode: 'none', expected: clientRequires },
    { proves: true, hasProof: false, mode: 'allowed', expected: clientRequires },
    { proves: true, hasProof: false, mode: 'required', expected: clientRequires },
    { proves: true, hasProof: true, mode: 'none', expected: 'Bearer' },
    { proves: true, hasProof: true, mode: 'allowed', expected: 'DPoP' },
    { proves: true, hasProof: true, mode: 'required', expected: 'DPoP' },
  ])(
    'client must prove: $proves, proof: $hasProof, API: $mode gives $expected',
    async ({ mode, expected, ...how }) => {
      expect(outcome(await grants[grant](loginAt(kind, how), audienceOf(mode)))).toBe(expected)
    },
  )
})

describe('A client that must prove', () => {
  it('keeps its code when it forgot the proof', async () => {
    const login = loginAt('spa', { proves: true })
    const { dpop: _dpop, ...bearer } = login
    const made = await logIn({ ...login, audience: audienceOf('allowed') })
    expect(outcome(await exchangeCode({ ...bearer, ...made }))).toBe(clientRequires)
    expect(outcome(await exchangeCode({ ...login, ...made }))).toBe('DPoP')
  })

  it('needs no proof to exchange Token Vault, whose answer is never bound', async () => {
    const login = loginAt('web', { proves: true })
    const { refresh_token = '' } = await loginWithCode(login)
    const { body } = await requestToken(loginAt('web', { proves: true, hasProof: false }), {
      grant_type: TOKEN_VAULT_GRANT,
      requested_token_type: 'http://auth0.com/oauth/token-type/federated-connection-access-token',
      subject_token: refresh_token,
      subject_token_type: 'urn:ietf:params:oauth:token-type:refresh_token',
      connection: 'github',
    })
    expect(body.error).toBe('federated_connection_refresh_token_not_found')
  })
})
