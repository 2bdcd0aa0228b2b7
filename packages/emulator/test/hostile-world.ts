import { createHash } from 'node:crypto'
import { authorizationUrl, logIn, loginWithCode } from '@connected-accounts/testing/person/login'
import { managementToken } from '@connected-accounts/testing/tenant/management'
import { calculateThumbprint, generateKeyPair, generateProof, type KeyPair } from 'dpop'
import { exportJWK } from 'jose'
import { createEmulator, type Emulator } from '../src/index.js'
import { SCOPES } from './context.js'

/** An emulator at which much has begun, so that requests find something to go on with. */
export interface HostileWorld {
  emulator: Emulator
  /** The key that `tokens.bound` is bound to. */
  keyPair: KeyPair
  /** What a proof of that key says besides which request it is for. */
  proof: { jwk: unknown; iat: number; ath: string; nonce: string }
  tokens: { bearer: string; bound: string; management: string }
  /** The path of a login page, and the cookies that belong to it. */
  login: { path: string; cookie: string }
  /** Values that fields take, by name. */
  known: Record<string, readonly string[]>
}

const redirectUri = 'http://localhost:3000/callback'

/** Starts an emulator and begins a login, a connection and a code exchange there. */
export async function createHostileWorld(): Promise<HostileWorld> {
  const emulator = await createEmulator({ port: 0 })
  const { url, clients } = emulator
  const audience = `${url}/me/`
  const scope = `openid offline_access ${SCOPES}`
  const keyPair = await generateKeyPair('ES256', { extractable: true })
  const spa = { emulator, client: clients.spa, audience, scope }
  const bearer = await loginWithCode(spa)
  const bound = await loginWithCode({ ...spa, dpop: keyPair })
  const web = await loginWithCode({ ...spa, client: clients.web })
  const { code, verifier } = await logIn(spa)
  const headers = {
    authorization: `Bearer ${bearer.access_token}`,
    'content-type': 'application/json',
  }
  const connecting = await fetch(`${url}/me/v1/connected-accounts/connect`, {
    method: 'POST',
    headers,
    body: JSON.stringify({ connection: 'acme', redirect_uri: redirectUri }),
  })
  const { auth_session, connect_params } = await connecting.json()
  return {
    emulator,
    keyPair,
    proof: {
      jwk: await exportJWK(keyPair.publicKey),
      iat: Math.floor(Date.now() / 1000),
      ath: createHash('sha256').update(bound.access_token).digest('base64url'),
      nonce: await nonceOf(emulator, keyPair, bound.access_token),
    },
    tokens: {
      bearer: bearer.access_token,
      bound: bound.access_token,
      management: await managementToken(emulator),
    },
    login: await beginLogin(emulator),
    known: {
      audience: [audience, `${url}/api/v2/`, clients.api.audience],
      auth_session: [auth_session],
      client_id: ['spa', 'web', 'api', 'management'],
      client_secret: ['web-secret', 'api-secret', 'management-secret'],
      code: [code],
      code_verifier: [verifier],
      connection: ['acme', 'google-oauth2', 'github'],
      dpop_jkt: [await calculateThumbprint(keyPair.publicKey)],
      id_token_hint: [bearer.id_token ?? ''],
      redirect_uri: [redirectUri],
      refresh_token: [bearer.refresh_token ?? '', web.refresh_token ?? ''],
      scope: [scope],
      subject_token: [web.refresh_token ?? ''],
      ticket: [connect_params.ticket],
      user_id: ['auth0|alice'],
    },
  }
}

async function nonceOf({ url }: Emulator, keyPair: KeyPair, token: string): Promise<string> {
  const list = `${url}/me/v1/connected-accounts/accounts`
  const dpop = await generateProof(keyPair, list, 'GET', undefined, token)
  const response = await fetch(list, { headers: { authorization: `DPoP ${token}`, dpop } })
  return response.headers.get('dpop-nonce') ?? ''
}

async function beginLogin(emulator: Emulator): Promise<HostileWorld['login']> {
  const start = authorizationUrl({
    emulator,
    client: emulator.clients.spa,
    verifier: 'v'.repeat(43),
  })
  const response = await fetch(start, { redirect: 'manual' })
  const cookie = response.headers.getSetCookie().map((line) => line.split(';')[0])
  return { path: response.headers.get('location') ?? '', cookie: cookie.join('; ') }
}
