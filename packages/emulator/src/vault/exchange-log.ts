import type { Context } from '../context/context.js'
import type { LogEntry, LoggedRequest } from '../logs/tenant-logs.js'
import { problemOf, traceOf } from '../logs/trace.js'
import { sha256 } from '../memory/random.js'
import { optional, type Parameters } from '../oauth/token-request.js'
import { PRIVILEGED_SUBJECT } from './exchange.js'

/** A Token Vault exchange and its response. */
export interface AnsweredExchange {
  request: LoggedRequest
  parameters: Parameters
  status: number
  /** The body of the response: undefined if it is not an object. */
  body: Readonly<Record<string, unknown>> | undefined
}

/** Writes the event of an exchange. The trace of the request has the client and the user. There is none for a DPoP nonce challenge, because the client retries the request. */
export async function logExchange(
  { logs, now }: Pick<Context, 'logs' | 'now'>,
  answered: AnsweredExchange,
): Promise<void> {
  const { request, parameters, body = {} } = answered
  if (body.error === 'use_dpop_nonce') return
  const trace = traceOf(request.of)
  const connection = optional(parameters, 'connection')
  if (connection !== undefined) trace.connection ??= connection
  const { details, ...event } = await outcome(answered.status, body, now())
  const { auditContext: audit_context } = trace
  logs.write({
    ...event,
    details: {
      subject_token_type: tokenType(parameters.subject_token_type),
      is_privileged_worker: parameters.subject_token_type === PRIVILEGED_SUBJECT,
      ...(audit_context !== undefined && { audit_context }),
      ...details,
    },
    request,
  })
}

// Both schemas of Auth0 require the field, but a request can contain anything.
function tokenType(value: unknown): string {
  const known = /^urn:ietf:params:oauth:token-type:\w+$/.exec(String(value))
  return known?.[0].slice(0, 100) ?? ''
}

async function outcome(
  status: number,
  answer: Readonly<Record<string, unknown>>,
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
