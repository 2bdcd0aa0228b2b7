import type { Context } from '../context/context.js'
import { type LogEntry, loggedRequest } from '../logs/tenant-logs.js'
import { problemOf, traceOf } from '../logs/trace.js'
import { sha256 } from '../memory/random.js'
import type { OAuthError } from '../oauth/oauth-error.js'
import { optional, type Parameters } from '../oauth/token-request.js'
import { TOKEN_VAULT_GRANT } from '../tenant/tenant.js'
import { PRIVILEGED_SUBJECT } from './exchange.js'
import type { ExchangeLimit } from './exchange-limit.js'

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
  if (!refusal) await logExchange(context, { request, parameters, response })
  return response
}

type Body = Readonly<Record<string, unknown>>

interface AnsweredExchange {
  request: Request
  parameters: Parameters
  response: Response
}

// A DPoP nonce challenge has no event, because the client retries the request.
async function logExchange(
  { logs, url, now }: Context,
  { request, parameters, response }: AnsweredExchange,
): Promise<void> {
  const body = await bodyOf(response)
  if (body.error === 'use_dpop_nonce') return
  const trace = traceOf(request)
  const connection = optional(parameters, 'connection')
  if (connection !== undefined) trace.connection ??= connection
  const { details, ...event } = await outcome(response.status, body, now())
  const { auditContext: audit_context } = trace
  const { pathname } = new URL(request.url)
  logs.write({
    ...event,
    details: {
      subject_token_type: tokenType(parameters.subject_token_type),
      is_privileged_worker: parameters.subject_token_type === PRIVILEGED_SUBJECT,
      ...(audit_context !== undefined && { audit_context }),
      ...details,
    },
    request: { ...loggedRequest(request), url: new URL(pathname, url) },
  })
}

// An empty object stands for a body that is not JSON.
async function bodyOf(response: Response): Promise<Body> {
  const parsed = response.clone().json()
  return parsed.catch(() => ({}))
}

// Both schemas of Auth0 require the field, but a request can contain anything.
function tokenType(value: unknown): string {
  const known = /^urn:ietf:params:oauth:token-type:\w+$/.exec(String(value))
  return known?.[0].slice(0, 100) ?? ''
}

async function outcome(
  status: number,
  answer: Body,
  now: number,
): Promise<Pick<LogEntry, 'type' | 'failure' | 'details'>> {
  if (status !== 200) {
    const failure = problemOf(answer) ?? { title: `Status ${status}` }
    const failure_reason = failure.detail ?? failure.title
    return { type: 'feta', failure: { ...failure, status }, details: { failure_reason } }
  }
  const { access_token, issued_token_type, scope, expires_in } = answer
  return {
    type: 'seta',
    details: {
      issued_token_type: String(issued_token_type),
      scope: String(scope).split(/[ ,]+/).filter(Boolean).join(' '),
      token_thumbprint: await sha256(String(access_token)),
      expires_at: new Date(now + Number(expires_in) * 1000).toISOString(),
    },
  }
}
