import { TokenError } from '@connected-accounts/client'
import { ClientError, ResponseBodyError, WWWAuthenticateChallengeError } from 'openid-client'

/**
 * What a failed request of openid-client comes to: `TokenError` with the `error` of the answer, or `unexpected_response`.
 * Nothing else of the answer is kept, as it may hold tokens. Network failures, timeouts and aborts are the runtime's own.
 */
export async function tenantError(error: unknown): Promise<unknown> {
  if (error instanceof ResponseBodyError) {
    const { error: code, error_description: description, response } = error
    return oauthError({ error: code, error_description: description }, response)
  }
  if (error instanceof WWWAuthenticateChallengeError) {
    const { response } = error
    return oauthError(await response.json().catch(() => undefined), response)
  }
  if (!(error instanceof ClientError)) return error
  const { cause, code } = error
  const isOfRuntime = !code || code === 'OAUTH_TIMEOUT' || code === 'OAUTH_ABORT'
  if (isOfRuntime && cause !== undefined) return cause
  return unexpected(error.message, cause instanceof Response ? cause : undefined)
}

function oauthError(body: unknown, response: Response): TokenError {
  const { error, error_description }: { error?: unknown; error_description?: unknown } = {
    ...(typeof body === 'object' ? body : {}),
  }
  // A code is one in words; what else there is may be a token.
  if (typeof error !== 'string' || !/^[a-z]+(_[a-z]+)*$/.test(error)) {
    return unexpected('no OAuth error', response)
  }
  const reason = typeof error_description === 'string' ? `${error}: ${error_description}` : error
  const message = error === 'invalid_grant' ? `${reason.replace(/\.$/, '')}; log in again.` : reason
  return new TokenError(error, { message, response })
}

function unexpected(what: string, response: Response | undefined): TokenError {
  const status = response ? ` (${response.status})` : ''
  const message = `The tenant gave an answer that was not expected: ${what}${status}.`
  return new TokenError('unexpected_response', { message, ...(response && { response }) })
}
