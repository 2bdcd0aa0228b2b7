import type { Fetch } from '@connected-accounts/client'
import { within } from '@connected-accounts/client/internal'
import {
  type CryptoKey,
  createLocalJWKSet,
  createRemoteJWKSet,
  customFetch,
  errors,
  type JWKSCacheInput,
  type JWSHeaderParameters,
  type JWTVerifyGetKey,
  jwksCache,
} from 'jose'
import { AccessTokenError } from './access-token-error.js'

/** How the keys are fetched. */
export interface TenantKeysOptions {
  /** How long the tenant may take, in milliseconds. */
  timeout: number
  send: Fetch
}

/** How long keys are used after they were fetched, if the tenant does not answer any more: as long as a token by Auth0's default. */
const MAX_AGE = 86_400_000
/** How long the tenant is left alone after it failed, in milliseconds. */
const PAUSE = 5000

/**
 * Creates a function that finds the key of a token among the tenant's. jose fetches the keys at the first token, after ten minutes,
 * and for a token of an unknown key, then at most every 30 seconds. While the tenant is away, the keys that were fetched before are
 * used, for a day at most.
 *
 * The function throws a `JOSEError` if the token has no key there.
 *
 * @throws {AccessTokenError} `keys_unavailable`, if the keys are needed and cannot be fetched.
 */
export function createTenantKeys(
  origin: string,
  { timeout, send }: TenantKeysOptions,
): JWTVerifyGetKey {
  const cache: JWKSCacheInput = {}
  let failure: { error: unknown; at: number } | undefined
  const url = new URL('/.well-known/jwks.json', origin)
  const findKey = createRemoteJWKSet(url, {
    timeoutDuration: Math.ceil(timeout),
    [jwksCache]: cache,
    [customFetch]: async (href, init) => {
      if (failure && Date.now() < failure.at + PAUSE) throw failure.error
      // Ends also if `send` ignores its signal. jose waits for one fetch at a time, so one that hangs would be the last.
      return within(readKeys(new Request(href, init), send), timeout)
    },
  })
  return async (header, token) => {
    try {
      return await findKey(header, token)
    } catch (error) {
      if (isAboutToken(error)) throw error
      if (error !== failure?.error) failure = { error, at: Date.now() }
      return (await findOldKey(cache, header)) ?? unavailable(error)
    }
  }
}

/** Sends the request and reads the whole answer. */
async function readKeys(request: Request, send: Fetch): Promise<Response> {
  const response = await send(request)
  if (response.status !== 200) throw new Error(`The answer has status ${response.status}.`)
  return new Response(await response.text())
}

function isAboutToken(error: unknown): boolean {
  return (
    error instanceof errors.JWKSNoMatchingKey ||
    error instanceof errors.JWKSMultipleMatchingKeys ||
    error instanceof errors.JOSENotSupported
  )
}

async function findOldKey(
  cache: JWKSCacheInput,
  header: JWSHeaderParameters,
): Promise<CryptoKey | undefined> {
  if (!('jwks' in cache) || Date.now() > cache.uat + MAX_AGE) return undefined
  // A key that is not there may have come since.
  return createLocalJWKSet(cache.jwks)(header).catch(() => undefined)
}

function unavailable(cause: unknown): never {
  throw new AccessTokenError('keys_unavailable', {
    message: "The tenant's signing keys cannot be fetched, so the access token cannot be checked.",
    cause,
  })
}
