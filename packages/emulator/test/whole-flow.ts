import { createHash, randomBytes } from 'node:crypto'
import { browse } from '@connected-accounts/testing/person/consent'
import {
  type Login,
  logIn,
  requestToken,
  type Tokens,
} from '@connected-accounts/testing/person/login'
import type { Emulator } from '../src/index.js'

const redirectUri = 'http://localhost:3000/connected'
const grants = 'urn:auth0:params:oauth:grant-type:token-exchange'
const scope =
  'openid profile offline_access create:me:connected_accounts delete:me:connected_accounts'

/** A flow over HTTP, and every secret that went over the wire in it. */
export interface WholeFlow {
  accountId: string
  secrets: Record<string, string>
  /** The headers of a JSON call of the My Account API. */
  headers: Record<string, string>
}

/** Logs Alice in, connects an account of `acme` and exchanges its token. */
export async function runWholeFlow(emulator: Emulator): Promise<WholeFlow> {
  const client = emulator.clients.web
  const login: Login = { emulator, client, scope, audience: `${emulator.url}/me/` }
  const { code, verifier } = await logIn(login)
  const tokens = await token(login, {
    grant_type: 'authorization_code',
    code,
    code_verifier: verifier,
    redirect_uri: 'http://localhost:3000/callback',
  })
  const headers = {
    authorization: `Bearer ${tokens.access_token}`,
    'content-type': 'application/json',
  }
  const connected = await connect(emulator, headers)
  const exchanged = await token(login, exchangeOf(tokens.refresh_token ?? '', 'acme'))
  const secrets = {
    ...connected.secrets,
    code,
    verifier,
    client_secret: client.clientSecret,
    access_token: tokens.access_token,
    refresh_token: tokens.refresh_token ?? '',
    id_token: tokens.id_token ?? '',
    provider_token: exchanged.access_token,
  }
  return { accountId: connected.id, secrets, headers }
}

/** The parameters of a Token Vault exchange of a refresh token. */
export function exchangeOf(refreshToken: string, connection: string): Record<string, string> {
  return {
    grant_type: `${grants}:federated-connection-access-token`,
    subject_token: refreshToken,
    subject_token_type: 'urn:ietf:params:oauth:token-type:refresh_token',
    requested_token_type: 'http://auth0.com/oauth/token-type/federated-connection-access-token',
    connection,
  }
}

/** Connects an account of `acme` with PKCE, or goes as far as `decision` lets it. */
export async function connect(
  { url }: Emulator,
  headers: Record<string, string>,
  decision: 'allow' | 'cancel' = 'allow',
): Promise<{ id: string; secrets: Record<string, string> }> {
  const post = async (path: string, body: object) => {
    const init = { method: 'POST', headers, body: JSON.stringify(body) }
    return (await fetch(`${url}/me/v1/connected-accounts/${path}`, init)).json()
  }
  const connectVerifier = randomBytes(32).toString('base64url')
  const started = await post('connect', {
    connection: 'acme',
    redirect_uri: redirectUri,
    state: 'the-state-of-the-application',
    code_challenge: createHash('sha256').update(connectVerifier).digest('base64url'),
    code_challenge_method: 'S256',
  })
  const { ticket } = started.connect_params
  const visited: string[] = []
  const send = (request: Request) => {
    visited.push(request.url)
    return fetch(request, { redirect: 'manual' })
  }
  const stop = (to: string) => to.startsWith(redirectUri)
  const callback = await browse(send, `${started.connect_uri}?ticket=${ticket}`, { decision, stop })
  const connectCode = callback.searchParams.get('connect_code') ?? ''
  const completed = await post('complete', {
    auth_session: started.auth_session,
    connect_code: connectCode || 'none',
    redirect_uri: redirectUri,
    code_verifier: connectVerifier,
  })
  const back = new URL(visited.find((to) => to.includes('/login/callback')) ?? url)
  const secrets = {
    ticket,
    auth_session: started.auth_session,
    connect_verifier: connectVerifier,
    state: 'the-state-of-the-application',
    ...(decision === 'allow' && {
      connect_code: connectCode,
      provider_code: back.searchParams.get('code') ?? '',
    }),
    provider_state: back.searchParams.get('state') ?? '',
  }
  return { id: completed.id, secrets }
}

async function token(login: Login, fields: Record<string, string>): Promise<Tokens> {
  const { status, body } = await requestToken(login, fields)
  if (status !== 200) throw new Error(`The token endpoint answered ${JSON.stringify(body)}`)
  return body
}
