/** The code of a problem, which the app uses to decide what to show. */
export type ProblemCode =
  | 'invalid_token'
  | 'not_connected'
  | 'provider_refused'
  | 'provider_unavailable'
  | 'tenant_unavailable'
  | 'not_found'
  | 'internal_error'

/** Thrown to refuse a request. The API sends it as problem details (RFC 9457). */
export class Problem extends Error {
  override readonly name = 'Problem'
  readonly code: ProblemCode
  readonly status: number
  readonly headers: Readonly<Record<string, string>>

  constructor(
    code: ProblemCode,
    {
      status,
      detail,
      headers = {},
    }: { status: number; detail: string; headers?: Problem['headers'] },
  ) {
    super(detail)
    this.code = code
    this.status = status
    this.headers = headers
  }
}

const TITLES: Record<ProblemCode, string> = {
  invalid_token: 'Access token refused',
  not_connected: 'No account is connected',
  provider_refused: 'The provider refused',
  provider_unavailable: 'The provider cannot be reached',
  tenant_unavailable: 'The tenant cannot be reached',
  not_found: 'Not found',
  internal_error: 'Internal error',
}

/** Creates the response for a problem. */
export function problemResponse({ code, status, message, headers }: Problem): Response {
  const body = { title: TITLES[code], status, detail: message, code }
  return Response.json(body, {
    status,
    headers: { ...headers, 'content-type': 'application/problem+json' },
  })
}
