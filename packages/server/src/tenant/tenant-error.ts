import { TokenError } from '@connected-accounts/client'
import {
  OperationProcessingError,
  ResponseBodyError,
  UnsupportedOperationError,
  WWWAuthenticateChallengeError,
} from 'oauth4webapi'
import { ClientError } from 'openid-client'

/**
 * Returns the error to throw for a request to the tenant that failed in oauth4webapi or openid-client: a `TokenError` with
 * the `error` of the answer, or with `unexpected_response`. It keeps nothing else of the answer, which may hold tokens.
 * Network failures, timeouts and aborts are returned as the runtime made them.
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
  if (error instanceof OperationProcessingError || error instanceof UnsupportedOperationError) {
    return unexpected(error.message, responseOf(error))
  }
  if (!(error instanceof ClientError)) return error
  const { cause, code } = error
  const isOfRuntime = !code || code === 'OAUTH_TIMEOUT' || code === 'OAUTH_ABORT'
  if (isOfRuntime && cause !== undefined) return cause
  return unexpected(error.message, responseOf(error))
}

function responseOf({ cause }: Error): Response | undefined {
  return cause instanceof Response ? cause : undefined
}

function oauthError(body: unknown, response: Response): TokenError {
  const { error, error_description }: { error?: unknown; error_description?: unknown } =
    Object(body)
  // A code consists of words. Anything else may be a token.
  if (typeof error !== 'string' || !/^[a-z]+(_[a-z]+)*$/.test(error)) {
    return unexpected('no OAuth error', response)
  }
  const reason = typeof error_description === 'string' ? `${error}: ${error_description}` : error
  const message = error === 'invalid_grant' ? `${reason.replace(/\.$/, '')}; log in again.` : reason
  return new TokenError(error, { message, response })
}

function unexpected(what: string, response: Response | undefined): TokenError {
  const status = response ? ` (status ${response.status})` : ''
  return new TokenError('unexpected_response', {
    message: `The tenant returned an answer that cannot be used: ${what}${status}. Check \`domain\` and try again.`,
    ...(response && { response }),
  })
}
