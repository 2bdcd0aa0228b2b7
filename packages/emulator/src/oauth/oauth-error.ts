/** An error response of a token endpoint (RFC 6749 §5.2). Its message is the `error_description`. */
export class OAuthError extends Error {
  override readonly name = 'OAuthError'
  /** The status of the response. For `invalid_grant` it is 403; the switch `invalidGrant` can change that: see `statusOf`. */
  readonly status: number
  /** The `error` of the response. */
  readonly code: string
  constructor(status: number, code: string, description: string) {
    super(description)
    this.status = status
    this.code = code
  }
}

/** Creates the error for a request that is malformed: `invalid_request` (400). */
export function invalidRequest(description: string): OAuthError {
  return new OAuthError(400, 'invalid_request', description)
}

/** Returns the status of an error. An `invalid_grant` has the status 400 in RFC 6749 §5.2, and 403 at Auth0. */
export function statusOf(
  { status, code }: { status: number; code: string },
  { switches }: { switches: { get(): { invalidGrant: string } } },
): number {
  return status === 403 && code === 'invalid_grant' ? Number(switches.get().invalidGrant) : status
}
