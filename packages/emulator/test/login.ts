import { createHash, randomBytes } from 'node:crypto'
import { generateProof, type KeyPair } from 'dpop'
import { decodeJwt, type JWTPayload } from 'jose'
import type { Emulator } from '../src/index.js'
import { type Browser, createBrowser, type Visit } from './browser.js'

/** Where the tests let the emulator send the browser back to. Nothing listens there. */
export const redirectUri = 'http://localhost:3000/callback'

/** A client as `emulator.clients` has it. */
export interface TestClient {
  clientId: string
  clientSecret?: string
}

/** What the token endpoint answers with 200. */
export interface Tokens {
  access_token: string
  token_type: string
  expires_in: number
  scope: string
  id_token?: string
  refresh_token?: string
}

/** An answer of the token endpoint, of whatever status. */
export interface TokenAnswer {
  status: number
  headers: Headers
  body: Tokens & { error?: string; error_description?: string }
}

/** A login. */
export interface Login {
  emulator: Pick<Emulator, 'url'>
  client: TestClient
  /** Alice by default. */
  user?: { email: string; password: string }
  /** `openid profile email offline_access` by default. */
  scope?: string
  audience?: string
  /** The key that the tokens are to be bound to. */
  dpop?: KeyPair
  /** More or other parameters for `/authorize`. */
  params?: Record<string, string>
}

/** Logs a user in over plain HTTP (code with PKCE) and exchanges the code, with these fields. Throws where either fails. */
export async function loginWithCode(
  login: Login,
  fields: Record<string, string> = {},
): Promise<Tokens> {
  const { code, verifier } = await logIn(login)
  const { status, body } = await exchangeCode({ ...login, code, verifier, fields })
  if (status !== 200) throw new Error(`The token endpoint answered ${JSON.stringify(body)}`)
  return body
}

/** Logs a user in, in a browser of its own unless one is given, up to the code. */
export async function logIn(
  login: Login,
  browser: Browser = createBrowser(login.emulator.url),
): Promise<{ code: string; verifier: string; callback: URL }> {
  const verifier = randomBytes(32).toString('base64url')
  const first = await browser.visit(authorizationUrl({ ...login, verifier }))
  const { email, password } = login.user ?? { email: 'alice@example.test', password: 'password' }
  const last = first.page ? await browser.submit(first, { username: email, password }) : first
  const { url: callback } = await passThrough(browser, last)
  const code = callback.searchParams.get('code')
  if (!code) throw new Error(`No code came back: ${callback.href}`)
  return { code, verifier, callback }
}

/** The URL with which a login begins. */
export function authorizationUrl(login: Login & { verifier: string }): URL {
  const { emulator, client, scope = 'openid profile email offline_access', audience } = login
  const url = new URL('/authorize', emulator.url)
  url.search = new URLSearchParams({
    client_id: client.clientId,
    response_type: 'code',
    redirect_uri: redirectUri,
    scope,
    state: 'a-state',
    ...(scope.split(' ').includes('openid') && { nonce: 'a-nonce' }),
    code_challenge: createHash('sha256').update(login.verifier).digest('base64url'),
    code_challenge_method: 'S256',
    ...(audience && { audience }),
    ...login.params,
  }).toString()
  return url
}

/** Exchanges a code; `fields` replace parameters of the request. */
export function exchangeCode(
  exchange: Login & { code: string; verifier: string; fields?: Record<string, string> },
): Promise<TokenAnswer> {
  const { code, verifier, fields } = exchange
  return requestToken(exchange, {
    grant_type: 'authorization_code',
    code,
    code_verifier: verifier,
    redirect_uri: redirectUri,
    ...fields,
  })
}

/** A request to the token endpoint, with the client's authentication, and a proof whose nonce challenge is answered. */
export async function requestToken(
  { emulator, client, dpop }: Pick<Login, 'emulator' | 'client' | 'dpop'>,
  fields: Record<string, string>,
): Promise<TokenAnswer> {
  const url = `${emulator.url}/oauth/token`
  const authentication = {
    client_id: client.clientId,
    ...(client.clientSecret && { client_secret: client.clientSecret }),
  }
  const send = async (nonce?: string) => {
    const proof = dpop && (await generateProof(dpop, url, 'POST', nonce))
    const response = await fetch(url, {
      method: 'POST',
      headers: { ...(proof && { dpop: proof }) },
      body: new URLSearchParams({ ...authentication, ...fields }),
    })
    return { status: response.status, headers: response.headers, body: await response.json() }
  }
  const first = await send()
  const nonce = first.headers.get('dpop-nonce')
  return first.body.error === 'use_dpop_nonce' && nonce ? send(nonce) : first
}

/** The claims of a JWT, unverified. */
export function claims(jwt: string | undefined): JWTPayload & Record<string, unknown> {
  return decodeJwt(jwt ?? '')
}

// Where one user follows another, oidc-provider has the browser post a form that ends the other's session.
async function passThrough(browser: Browser, visit: Visit): Promise<Visit> {
  return visit.page?.html.includes('document.forms[0].submit()') ? browser.submit(visit, {}) : visit
}
