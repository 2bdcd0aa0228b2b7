import { createHash, randomBytes } from 'node:crypto'
import { generateProof, type KeyPair } from 'dpop'
import { decodeJwt, type JWTPayload } from 'jose'
import { type Browser, createBrowser, type Visit } from './plain-browser.js'

/** The URL to which the emulator sends the browser back in tests. Nothing listens at it. */
export const redirectUri = 'http://localhost:3000/callback'

/** A client, in the shape of an entry of `emulator.clients`. */
export interface TestClient {
  clientId: string
  clientSecret?: string
}

/** The body of the token endpoint's 200. */
export interface Tokens {
  access_token: string
  token_type: string
  expires_in: number
  scope: string
  id_token?: string
  refresh_token?: string
}

/** Any answer of the token endpoint. */
export interface TokenAnswer {
  status: number
  headers: Headers
  body: Tokens & { error?: string; error_description?: string }
}

/** Describes a login. */
export interface Login {
  emulator: { url: string }
  client: TestClient
  /** Alice by default. */
  user?: { email: string; password: string }
  /** `openid profile email offline_access` by default. */
  scope?: string
  audience?: string
  /** Binds the tokens to this key. */
  dpop?: KeyPair
  /** Adds or replaces parameters of `/authorize`. */
  params?: Record<string, string>
}

/**
 * Logs a user in over plain HTTP (code with PKCE) and exchanges the code.
 *
 * @param fields Adds or replaces fields of the token request.
 * @throws {Error} If the login or the exchange fails.
 */
export async function loginWithCode(
  login: Login,
  fields: Record<string, string> = {},
): Promise<Tokens> {
  const { code, verifier } = await logIn(login)
  const { status, body } = await exchangeCode({ ...login, code, verifier, fields })
  if (status !== 200) throw new Error(`The token endpoint answered ${JSON.stringify(body)}`)
  return body
}

/** Logs a user in and returns the code. Uses a new browser by default. */
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

/** Returns the URL that starts a login. */
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

/** Exchanges a code. `fields` adds or replaces fields of the request. */
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

/**
 * Sends a request to the token endpoint with the client's authentication. If `dpop` is set, it also sends a proof, and repeats
 * the request once if the server asks for a nonce.
 */
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

/** Returns the claims of a JWT without verifying it. */
export function claims(jwt: string | undefined): JWTPayload & Record<string, unknown> {
  return decodeJwt(jwt ?? '')
}

// If another user was logged in before, oidc-provider makes the browser post a form that ends that session.
async function passThrough(browser: Browser, visit: Visit): Promise<Visit> {
  return visit.page?.html.includes('document.forms[0].submit()') ? browser.submit(visit, {}) : visit
}
