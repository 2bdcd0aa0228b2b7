import type { Fetch } from '@connected-accounts/client'
import { checkTimeout, DEFAULT_TIMEOUT, tenantOrigin } from '@connected-accounts/client/internal'
import type { SharedStore } from '../store/shared-store.js'
import { type AccessTokenClaims, boundTo, createClaimsReader } from './access-token-claims.js'
import { AccessTokenError, type Scheme } from './access-token-error.js'
import { readAuthorization } from './authorization-header.js'
import { createProofVerifier } from './proof.js'
import { createProofMemory, sharedProofMemory } from './proof-memory.js'
import { createProofNonces } from './proof-nonces.js'

/** Options of {@link createAccessTokenVerifier}. */
export interface AccessTokenVerifierOptions {
  /** The tenant's domain, like `tenant.eu.auth0.com`. If the tenant has several domains, list all that issue tokens for this API. */
  domain: string | readonly string[]
  /** The identifier of this API in Auth0. */
  audience: string
  /**
   * The URL at which clients reach this API, like `https://api.example.test`. A DPoP proof must name it. It never comes from the
   * request, because anyone can send any `Host`. If a proxy strips a prefix from the path, put the prefix behind the origin.
   */
  baseUrl: string
  /**
   * Remembers which DPoP proofs were used, for several machines: `redisStore(client)` or `postgresStore(pool)`. Default: each process
   * remembers 100,000 proofs. If there are more in five minutes, older proofs of the key that sends most are refused.
   */
  proofs?: SharedStore | undefined
  /**
   * If given, each DPoP proof needs a nonce of this API (RFC 9449 §9), which a client gets with its first answer and can use for five
   * minutes. At least 32 bytes, the same on every machine. To change it, pass a list: the first secret makes nonces, and all of them
   * open nonces.
   */
  nonceSecret?: string | readonly string[] | undefined
  /** How long the tenant or the store may take, in milliseconds. Default: 30,000. */
  timeout?: number | undefined
  /** Fetches the tenant's keys. Default: the runtime's own `fetch`. */
  fetch?: Fetch | undefined
}

/** The part of a request that is verified. A `Request` is one. */
export interface VerifiableRequest {
  method: string
  /** The URL, or only its path and query. */
  url: string
  headers: Headers
}

/** What a token must allow. */
export interface AccessTokenRequirements {
  /** The scopes that the application must have been granted, separated by spaces. They are compared with the `scope` claim. */
  scope?: string | undefined
  /**
   * The permissions that the user must have (RBAC). They are compared with the `permissions` claim, which Auth0 adds if "Add Permissions
   * in the Access Token" is on. It has all permissions of the user, whatever the application asked for, so it does not replace `scope`.
   */
  permissions?: readonly string[] | undefined
}

/** A token that was verified. */
export interface VerifiedAccessToken {
  /** The token itself: the `subjectToken` of `exchangeConnectionToken`. */
  accessToken: string
  /** The id of the user, like `auth0|1`. For a machine, the client id and `@clients`. */
  sub: string
  /** The application that the token was issued to. */
  clientId: string | undefined
  scopes: string[]
  permissions: string[]
  /** When the token expires, in milliseconds since the epoch. */
  expiresAt: number
  /** All claims. */
  claims: AccessTokenClaims
}

/** Verifies the access token of a request. Throws the errors of {@link createAccessTokenVerifier}. */
export type VerifyAccessToken = (
  request: VerifiableRequest,
  requirements?: AccessTokenRequirements,
) => Promise<VerifiedAccessToken>

const MAX_PROOFS = 100_000
const WEB = ['http:', 'https:']

/**
 * Creates the function with which an API verifies the access tokens that it receives, in either of Auth0's two formats. It checks the
 * signature, `iss`, `aud`, `exp` and `nbf`, and for a token that is bound to a key (RFC 9449) the DPoP proof. A bound token
 * is never accepted as Bearer.
 *
 * Create it once, outside your handlers: it keeps the tenant's keys, and remembers the proofs.
 *
 * The function throws these errors, which have a `status` and `headers`. Return `error.getResponse()`, or let your framework answer.
 *
 * @throws {TypeError} if an option is missing or wrong; the message names it.
 * @throws {AccessTokenError} `missing_token`, if the request has no access token.
 * @throws {AccessTokenError} `invalid_token`, if the token is not valid here, or needs a proof.
 * @throws {AccessTokenError} `insufficient_scope`, if the token lacks a scope or a permission.
 * @throws {AccessTokenError} `invalid_dpop_proof`, if the proof does not fit the request, or was used before.
 * @throws {AccessTokenError} `use_dpop_nonce`, if you gave a `nonceSecret` and the proof has no nonce that is current.
 * @throws {AccessTokenError} `invalid_request`, if the `Authorization` header is malformed or was sent twice.
 * @throws {AccessTokenError} `keys_unavailable` or `store_unavailable`, if the token could not be checked.
 * @see https://auth0.com/docs/secure/tokens/access-tokens/validate-access-tokens
 * @example
 * ```ts
 * const verifyAccessToken = createAccessTokenVerifier({
 *   domain: 'tenant.eu.auth0.com',
 *   audience: 'https://api.example.test/',
 *   baseUrl: 'https://api.example.test',
 * })
 *
 * export async function GET(request: Request): Promise<Response> {
 *   const { sub } = await verifyAccessToken(request, { scope: 'read:calendar' })
 *   return Response.json({ sub })
 * }
 * ```
 */
export function createAccessTokenVerifier(options: AccessTokenVerifierOptions): VerifyAccessToken {
  const { domain, audience, proofs, nonceSecret, fetch: send = runtimeFetch } = options
  const timeout = checkTimeout(options.timeout ?? DEFAULT_TIMEOUT)
  if (typeof audience !== 'string' || !audience) {
    throw new TypeError('audience is missing: pass the identifier of this API in Auth0.')
  }
  const origins = [domain].flat().map(tenantOrigin)
  if (origins.length === 0) throw new TypeError('domain is an empty list.')
  const readClaims = createClaimsReader(origins, { audience, timeout, send })
  const urlOf = createUrls(options.baseUrl)
  const memory = proofs ? sharedProofMemory(proofs, timeout) : createProofMemory(MAX_PROOFS)
  const nonces = nonceSecret === undefined ? undefined : createProofNonces(nonceSecret, audience)
  const verifyProof = createProofVerifier(memory, nonces)
  return async (request, requirements = {}) => {
    const { scheme, accessToken } = readAuthorization(request.headers)
    const claims = await readClaims(accessToken, scheme)
    const thumbprint = boundTo(claims, scheme)
    if (thumbprint !== undefined) {
      const proof = request.headers.get('dpop')
      const { method } = request
      await verifyProof({ proof, method, url: urlOf(request.url), accessToken, thumbprint })
    }
    const verified = describe(accessToken, claims)
    checkRequirements(verified, requirements, scheme)
    return verified
  }
}

function runtimeFetch(request: Request): Promise<Response> {
  return fetch(request)
}

/**
 * Creates a function that returns a request's URL as its client knows it.
 *
 * @throws {TypeError} if the base URL is not one.
 */
function createUrls(baseUrl: string): (url: string) => URL {
  const isWebUrl = URL.canParse(baseUrl) && WEB.includes(new URL(baseUrl).protocol)
  if (!isWebUrl || /[?#]/.test(baseUrl)) {
    throw new TypeError(
      "baseUrl must be the URL at which clients reach this API, without a query, like 'https://api.example.test'.",
    )
  }
  const base = baseUrl.replace(/\/+$/, '')
  return (url) => {
    if (url.startsWith('/')) return new URL(base + url)
    return new URL(base + (URL.canParse(url) ? new URL(url).pathname : '/'))
  }
}

function describe(accessToken: string, claims: AccessTokenClaims): VerifiedAccessToken {
  const { sub, azp, client_id: clientId = azp, scope = '', permissions = [], exp } = claims
  const scopes = scope.split(' ').filter(Boolean)
  return { accessToken, sub, clientId, scopes, permissions, expiresAt: exp * 1000, claims }
}

function checkRequirements(
  { scopes, permissions }: VerifiedAccessToken,
  required: AccessTokenRequirements,
  scheme: Scheme,
): void {
  const neededScopes = (required.scope ?? '').split(' ').filter(Boolean)
  const neededPermissions = required.permissions ?? []
  const hasScopes = neededScopes.every((scope) => scopes.includes(scope))
  const hasPermissions = neededPermissions.every((name) => permissions.includes(name))
  if (hasScopes && hasPermissions) return
  const scope = [...new Set([...neededScopes, ...neededPermissions])].join(' ')
  const message = hasScopes
    ? `The user needs these permissions: ${neededPermissions.join(' ')}.`
    : `The access token needs these scopes: ${neededScopes.join(' ')}.`
  throw new AccessTokenError('insufficient_scope', { message, scheme, scope })
}
