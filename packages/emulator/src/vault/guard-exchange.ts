import type { Context } from '../context/context.js'
import { loggedRequest } from '../logs/tenant-logs.js'
import type { OAuthError } from '../oauth/oauth-error.js'
import type { Parameters } from '../oauth/token-request.js'
import { TOKEN_VAULT_GRANT } from '../tenant/tenant.js'
import type { ExchangeLimit } from './exchange-limit.js'
import { logExchange } from './exchange-log.js'

/** A token request, and how its token endpoint responds. */
export interface GuardedRequest {
  request: Request
  parameters: Parameters
  answer(): Promise<Response>
  /** Returns the response of an error. */
  refuse(error: OAuthError): Response
}

/**
 * Responds to a token request. If it is a Token Vault exchange, it counts for the rate limit and has an event in the log. An exchange
 * that the limit refuses has none.
 */
export async function guardExchange(
  { context, exchangeLimit }: { context: Context; exchangeLimit: ExchangeLimit },
  { request, parameters, answer, refuse }: GuardedRequest,
): Promise<Response> {
  if (parameters.grant_type !== TOKEN_VAULT_GRANT) return answer()
  const { headers, refusal } = exchangeLimit.count()
  const response = refusal ? refuse(refusal) : await answer()
  for (const [name, value] of Object.entries(headers)) response.headers.set(name, value)
  if (!refusal) {
    const body = await bodyOf(response)
    await logExchange(context, {
      request: {
        ...loggedRequest(request),
        url: new URL(new URL(request.url).pathname, context.url),
      },
      parameters,
      status: response.status,
      body,
    })
  }
  return response
}

async function bodyOf(response: Response): Promise<Record<string, unknown> | undefined> {
  return response
    .clone()
    .json()
    .catch(() => undefined)
}
