import type { components } from '../generated/my-account.js'
import type { ValidationError } from '../resource-server/contract.js'
import type { FaultRefusal } from '../resource-server/fault-refusal.js'

const kinds = {
  bad_request: [400, '0001', 'Bad Request'],
  validation: [400, '0003', 'Validation Error'],
  unauthorized: [401, '0001', 'Unauthorized'],
  invalid_token: [401, '0003', 'Invalid Token'],
  insufficient_scope: [403, '0002', 'Insufficient Scope'],
  not_found: [404, '0001', 'Not Found'],
  conflict: [409, '0001', 'Conflict'],
  unsupported_media_type: [415, '0001', 'Unsupported Media Type'],
  rate_limited: [429, '0001', 'Too Many Requests'],
  internal: [500, '0001', 'Internal Server Error'],
  not_emulated: [501, '0001', 'Not emulated'],
} as const satisfies Record<string, readonly [number, string, string]>

/** The kinds of problem that the My Account API returns. */
export type ProblemKind = keyof typeof kinds

/** The optional parts of a problem. */
export interface ProblemOptions {
  headers?: Record<string, string>
  validationErrors?: ValidationError[]
}

/** Creates a problem details response (RFC 9457). Its media type is `application/json`, as at Auth0. */
export function problem(
  kind: ProblemKind,
  detail: string,
  { headers, validationErrors }: ProblemOptions = {},
): Response {
  const [status, suffix, title] = kinds[kind]
  return problemResponse(
    {
      type: `https://auth0.com/api-errors/A0E-${status}-${suffix}`,
      status,
      title,
      detail,
      ...(validationErrors && { validation_errors: validationErrors }),
    },
    headers,
  )
}

/** Creates the problem for the wrong parts of a request. Its detail names the part with the first one: payload, query or path. */
export function validationProblem(errors: [ValidationError, ...ValidationError[]]): Response {
  const { source } = errors[0]
  const detail = `Invalid request ${source === 'body' ? 'payload' : source} input`
  return problem('validation', detail, { validationErrors: errors })
}

/** Returns the problem of a fault. */
export function faultResponse({ status, headers, detail, fields }: FaultRefusal): Response {
  const known = Object.values(kinds).find(([knownStatus]) => knownStatus === status)
  const type = `https://auth0.com/api-errors/A0E-${status}-${known?.[1] ?? '0001'}`
  const title = known?.[2] ?? 'Fault'
  return Response.json({ type, status, title, detail, ...fields }, { status, headers })
}

function problemResponse(
  body: components['schemas']['ProblemDetails'],
  headers: Record<string, string> | undefined,
): Response {
  return Response.json(body, { status: body.status, headers: headers ?? {} })
}
