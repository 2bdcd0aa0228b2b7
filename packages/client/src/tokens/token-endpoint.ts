import type { components } from '../contract/generated/authentication.js'
import { redact } from '../errors/coded-error.js'
import { TokenError } from '../errors/token-error.js'
import type { Fetch } from '../http/fetch.js'
import { hasFields, isNumber, isSomeText, isString, optional, parseJson } from '../http/json.js'

/** One request to the token endpoint. */
export interface Grant {
  /** The URL of the token endpoint. */
  url: string
  /** The parameters of the form. Undefined ones are left out. */
  parameters: Record<string, string | undefined>
  /** The DPoP proof of the request (RFC 9449 §5). */
  proof?: string | undefined
  signal?: AbortSignal | undefined
  fetch: Fetch
}

/** What the token endpoint returned. `body` is undefined if it is not JSON. */
export interface GrantAnswer {
  response: Response
  body: unknown
}

/**
 * Sends a grant (RFC 6749 §3.2) and reads the answer, whatever its status. It follows no redirect, because the request
 * holds credentials.
 */
export async function sendGrant(grant: Grant): Promise<GrantAnswer> {
  const { url, parameters, proof, signal, fetch } = grant
  const body = new URLSearchParams()
  for (const [name, value] of Object.entries(parameters)) {
    if (value !== undefined) body.set(name, value)
  }
  const response = await fetch(
    new Request(url, {
      method: 'POST',
      body: String(body), // React Native's `fetch` does not send URLSearchParams
      redirect: 'manual',
      headers: {
        'content-type': 'application/x-www-form-urlencoded',
        ...(proof && { dpop: proof }),
      },
      ...(signal && { signal }),
    }),
  )
  return { response, body: parseJson(await response.text()) }
}

/** Returns the `error` of an answer (RFC 6749 §5.2), if it has one. */
export function oauthError({ response, body }: GrantAnswer): string | undefined {
  if (response.ok || !isOAuthError(body)) return undefined
  return redact(body.error) === body.error ? body.error : undefined // what looks like a token is no code
}

/**
 * Makes the error for an answer without a usable token. Nothing else of the answer is repeated in it, because the answer
 * may hold tokens.
 *
 * @param code - By default the answer's own `error`, or `unexpected_response` if it has none.
 */
export function grantError(answer: GrantAnswer, code = oauthError(answer)): TokenError {
  const { response, body } = answer
  if (!code) {
    return new TokenError('unexpected_response', {
      message:
        `The token endpoint returned status ${response.status} without the fields of a token response or of an OAuth ` +
        'error. Check `domain`, and whether a proxy answers in its place.',
      response,
    })
  }
  const { error = code, error_description: description } = isOAuthError(body) ? body : {}
  return new TokenError(code, {
    message: description ? `${error}: ${description}` : error,
    response,
  })
}

type Schemas = components['schemas']

/** True if a value is the answer to a grant that returns an access token from Auth0. */
export function isTokenResponse(value: unknown): value is Schemas['TokenResponse'] {
  return hasFields(value, {
    access_token: isSomeText,
    token_type: (type) => typeof type === 'string' && /^(bearer|dpop)$/i.test(type), // RFC 6749 §7.1
    expires_in: isNumber,
    scope: optional(isString),
    refresh_token: optional(isString),
  })
}

/** The answer to a Token Vault exchange. If a provider's tokens do not expire, it has no `expires_in` (RFC 6749 §5.1). */
type ConnectionTokenResponse = Omit<Schemas['TokenVaultExchangeResponse'], 'expires_in'> &
  Partial<Pick<Schemas['TokenVaultExchangeResponse'], 'expires_in'>>

/** True if a value is the answer to a Token Vault exchange. */
export function isTokenVaultExchangeResponse(value: unknown): value is ConnectionTokenResponse {
  return hasFields(value, {
    access_token: isSomeText,
    token_type: isString,
    expires_in: optional(isNumber),
    scope: optional(isString),
  })
}

function isOAuthError(value: unknown): value is Schemas['OAuthError'] {
  return hasFields(value, { error: isString, error_description: optional(isString) })
}
