/** The codes of `docs/errors.md`, and those of login SDKs, that only a new login solves. */
const CODES = [
  'invalid_token',
  'insufficient_scope',
  'login_required',
  'missing_refresh_token',
  'invalid_grant',
  'invalid_scope',
  'mfa_required',
  'unmet_authentication_requirements',
  'missing_session',
  'missing_token',
  'store_unreadable',
]

/** Returns true if only a new login solves an error. */
export function needsLogin(error: Error): boolean {
  const { code, error: oauthError }: { code?: unknown; error?: unknown } = Object(error)
  return [code, oauthError].some((one) => CODES.some((known) => known === one))
}
