/** Codes of `docs/errors.md` and of login SDKs, such as `invalid_token`, `insufficient_scope` and `login_required`. */
const CODES = /^(login|mfa)_required$|_(token|grant|scope|session)$|^unmet_|^store_unreadable$/

/** Returns true if only a new login solves an error. */
export function needsLogin(error: Error): boolean {
  // A login SDK has the code of an OAuth error in `error`.
  const { code, error: oauthError }: Error & { code?: unknown; error?: unknown } = error
  return [code, oauthError].some((one) => CODES.test(String(one)))
}
