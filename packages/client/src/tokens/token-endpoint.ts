import { redact } from '../errors/coded-error.js'
import { TokenError } from '../errors/token-error.js'
import type { Fetch } from '../http/fetch.js'
import { parseJson } from '../http/json.js'
import { isOAuthError } from './token-responses.js'

/** One grant. */
export interface Grant {
  /** The token endpoint. */
  url: string
  /** Its parameters; undefined ones are left out. */
  parameters: Record<string, string | undefined>
  /** The DPoP proof of the request (RFC 9449 §5). */
  proof?: string | undefined
  signal?: AbortSignal | undefined
  fetch: Fetch
}

/** What the token endpoint answered; `body` is undefined where it is not JSON. */
export interface GrantAnswer {
  response: Response
  body: unknown
}

/** Sends a grant (RFC 6749 §3.2) and reads the answer, whatever its status. No redirect is followed. */
export async function sendGrant(grant: Grant): Promise<GrantAnswer> {
  const { url, parameters, proof, signal, fetch } = grant
  const body = new URLSearchParams()
  for (const [name, value] of Object.entries(parameters)) {
    if (value !== undefined) body.set(name, value)
  }
  const response = await fetch(
    new Request(url, {
      method: 'POST',
      body,
      redirect: 'manual',
      ...(proof && { headers: { dpop: proof } }),
      ...(signal && { signal }),
    }),
  )
  return { response, body: parseJson(await response.text()) }
}

/** The `error` of an answer (RFC 6749 §5.2), where it has one. */
export function oauthError({ response, body }: GrantAnswer): string | undefined {
  if (response.ok || !isOAuthError(body)) return undefined
  return redact(body.error) === body.error ? body.error : undefined // a token is no code
}

/**
 * Why an answer brings no token: its own `error`, or `unexpected_response`. Nothing else of the answer is repeated, as
 * it may hold tokens.
 */
export function grantError(answer: GrantAnswer, code = oauthError(answer)): TokenError {
  const { response, body } = answer
  if (!code) {
    const message = `The token endpoint answered ${response.status} without an OAuth answer.`
    return new TokenError('unexpected_response', { message, response })
  }
  const { error = code, error_description: description } = isOAuthError(body) ? body : {}
  return new TokenError(code, {
    message: description ? `${error}: ${description}` : error,
    response,
  })
}
