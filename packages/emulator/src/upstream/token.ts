import { SignJWT } from 'jose'
import { readForm } from '../http/body.js'
import { isSameSecret, sha256 } from '../memory/random.js'
import { type ClientSecret, readBasic } from '../oauth/client-authentication.js'
import { OAuthError } from '../oauth/oauth-error.js'
import { type Grant, type IssuedCode, PROVIDER_TOKEN_LIFETIME } from './grants.js'
import type { Provider } from './provider.js'

/** Handles a token request of a third party: code and refresh (RFC 6749 §4.1.3, §6). */
export function token(provider: Provider, request: Request, now: number): Promise<Response> {
  return runForClient(provider, request, async (form) => {
    const grantType = form.get('grant_type')
    if (grantType === 'authorization_code') return redeemCode(provider, form, now)
    if (grantType === 'refresh_token') return refresh(provider, form)
    throw new OAuthError(400, 'unsupported_grant_type', 'Use authorization_code or refresh_token')
  })
}

/**
 * Handles a revocation request of a third party (RFC 7009). An unknown token is not an error. The token alone is enough, as at
 * Google, because only the tenant has the client's secret. Client credentials that are sent must be right.
 */
export function revoke(provider: Provider, request: Request): Promise<Response> {
  return answerForm(provider, request, async (form) => {
    const hasCredentials = request.headers.has('authorization') || form.has('client_id')
    if (hasCredentials) authenticate(provider, request, form)
    const token = form.get('token')
    if (!token) throw new OAuthError(400, 'invalid_request', 'The token is missing')
    provider.grants.revoke(token)
    return {}
  })
}

type TokenWork = (form: URLSearchParams) => Promise<Record<string, unknown>>

function runForClient(provider: Provider, request: Request, act: TokenWork): Promise<Response> {
  return answerForm(provider, request, async (form) => {
    authenticate(provider, request, form)
    return act(form)
  })
}

/** Reads the form of a request, and responds with the result of `act` or with its OAuth error. */
async function answerForm(provider: Provider, request: Request, act: TokenWork): Promise<Response> {
  const headers = { 'cache-control': 'no-store' }
  try {
    return Response.json(await act(await readForm(request)), { headers })
  } catch (error) {
    if (!(error instanceof OAuthError)) throw error
    const body = { error: error.code, error_description: error.message }
    const { status } = error
    if (status !== 401) return Response.json(body, { status, headers })
    // RFC 6749 §5.2: the challenge is only for clients that used the Authorization header.
    const challenge = { 'www-authenticate': `Basic realm="${provider.connection.name}"` }
    const extra = request.headers.has('authorization') ? challenge : {}
    return Response.json(body, { status, headers: { ...headers, ...extra } })
  }
}

// RFC 6749 §2.3.1: client_secret_basic (both parts are form-encoded) or client_secret_post.
function authenticate(provider: Provider, request: Request, form: URLSearchParams): void {
  const { client_id, client_secret } = provider.client
  const authorization = request.headers.get('authorization')
  const { id, secret } = /^basic\b/i.test(authorization ?? '')
    ? basicCredentials(authorization ?? '')
    : { id: form.get('client_id'), secret: form.get('client_secret') }
  if (id === client_id && isSameSecret(secret ?? '', client_secret)) return
  throw new OAuthError(401, 'invalid_client', 'The client is unknown or its secret is wrong')
}

// RFC 6749 §5.2: a client that used the Authorization header gets 401, also if the header is malformed.
function basicCredentials(authorization: string): Partial<ClientSecret> {
  try {
    return readBasic(authorization)
  } catch (error) {
    if (error instanceof OAuthError) return {}
    throw error
  }
}

async function redeemCode(
  provider: Provider,
  form: URLSearchParams,
  now: number,
): Promise<Record<string, unknown>> {
  const issued = provider.grants.findCode(form.get('code') ?? '')
  if (!issued) throw new OAuthError(400, 'invalid_grant', 'The code is unknown or has expired')
  if (form.get('redirect_uri') !== issued.redirectUri) {
    throw new OAuthError(
      400,
      'invalid_grant',
      'The redirect_uri differs from the one in the authorization request',
    )
  }
  await verifyChallenge(issued, form.get('code_verifier'))
  const { grant } = issued
  if (issued.used) {
    grant.revoked = true // RFC 6749 §4.1.2: someone else may have the tokens of the first use
    throw new OAuthError(400, 'invalid_grant', 'The code was used already')
  }
  issued.used = true
  const isOffline = grant.offline && provider.switches.get().providerRefreshToken !== 'missing'
  return {
    ...accessFields(provider, grant, grant.scopes),
    ...(isOffline && { refresh_token: provider.grants.issueRefresh(grant) }),
    ...(grant.scopes.includes('openid') && { id_token: await signIdToken(provider, grant, now) }),
  }
}

// RFC 7636 §4.6. A verifier without a challenge is a sign of a downgrade attack (RFC 9700 §4.8.2).
async function verifyChallenge(
  { codeChallenge }: IssuedCode,
  verifier: string | null,
): Promise<void> {
  const computed = verifier === null ? undefined : await sha256(verifier)
  if (computed !== codeChallenge)
    throw new OAuthError(400, 'invalid_grant', 'The code_verifier is wrong')
}

async function refresh(
  provider: Provider,
  form: URLSearchParams,
): Promise<Record<string, unknown>> {
  const grant = provider.grants.findRefresh(form.get('refresh_token') ?? '')
  const isRevoked = provider.switches.get().providerRefreshToken === 'revoked'
  if (!grant || isRevoked) {
    throw new OAuthError(400, 'invalid_grant', 'The refresh token is unknown or revoked')
  }
  const asked = form.get('scope')?.split(/[ ,]+/).filter(Boolean) ?? grant.scopes
  if (asked.some((scope) => !grant.scopes.includes(scope))) {
    throw new OAuthError(400, 'invalid_scope', 'A scope was not granted')
  }
  return accessFields(provider, grant, asked)
}

function accessFields(
  { grants, scopeSeparator }: Provider,
  grant: Grant,
  scopes: readonly string[],
): Record<string, unknown> {
  return {
    access_token: grants.issueAccess(grant, scopes),
    token_type: 'Bearer',
    expires_in: PROVIDER_TOKEN_LIFETIME,
    scope: scopes.join(scopeSeparator),
  }
}

async function signIdToken(
  provider: Provider,
  { account, nonce }: Grant,
  now: number,
): Promise<string> {
  const { privateKey, publicJwk } = await provider.key()
  const seconds = Math.floor(now / 1000)
  return new SignJWT({ ...account, email_verified: true, ...(nonce && { nonce }) })
    .setProtectedHeader({ alg: 'RS256', kid: publicJwk.kid ?? '1' })
    .setIssuer(provider.issuer)
    .setAudience(provider.client.client_id)
    .setIssuedAt(seconds)
    .setExpirationTime(seconds + PROVIDER_TOKEN_LIFETIME)
    .sign(privateKey)
}
