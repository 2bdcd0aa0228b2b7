import type { Context } from '../context/context.js'
import { type LogEntry, loggedRequest } from '../logs/tenant-logs.js'
import { problemOf, traceOf } from '../logs/trace.js'
import { sha256 } from '../memory/random.js'
import { OAuthError } from '../oauth/oauth-error.js'
import { optional, type Parameters } from '../oauth/token-request.js'
import { TOKEN_VAULT_GRANT } from '../tenant/tenant.js'
import { PRIVILEGED_SUBJECT } from './exchange.js'

/** Counts the Token Vault exchanges of a tenant in each second of the emulator's clock. All domains share it. */
export interface ExchangeLimit {
  /**
   * Counts an exchange. Returns the headers of its response, and with `refusal` the error if there are more exchanges than the switch
   * `exchangeRate` allows. Requests that get a nonce challenge count, too.
   */
  count(): { headers: Record<string, string>; refusal?: OAuthError }
  clear(): void
}

/** Creates the limit. A window begins with the first exchange and lasts one second. */
export function createExchangeLimit({ now, switches }: Context): ExchangeLimit {
  let window = { used: 0, endsAt: 0 }
  return {
    count() {
      const { exchangeRate } = switches.get()
      if (exchangeRate === 'unlimited') return { headers: {} }
      if (now() >= window.endsAt) window = { used: 0, endsAt: now() + 1000 }
      window.used += 1
      const left = Number(exchangeRate) - window.used
      const headers = {
        'x-ratelimit-limit': exchangeRate,
        'x-ratelimit-remaining': String(Math.max(0, left)),
        'x-ratelimit-reset': String(Math.ceil(window.endsAt / 1000)),
      }
      if (left >= 0) return { headers }
      const description = `More than ${exchangeRate} exchanges in a second`
      const refusal = new OAuthError(429, 'too_many_requests', description)
      return { headers: { ...headers, 'retry-after': '1' }, refusal }
    },
    clear() {
      window = { used: 0, endsAt: 0 }
    },
  }
}

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

// Returns an empty object for a body that is not JSON.
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
