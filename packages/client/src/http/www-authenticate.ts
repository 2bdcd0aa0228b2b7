/** A scheme, or a parameter whose value is a token or a quoted string (RFC 9110 §11.6.1). */
const PART = /([^\s,"=]+)(?:\s*=\s*(?:"((?:[^"\\]|\\.)*)"|([^\s,"]*)))?/g

/**
 * The `error` of a `WWW-Authenticate` header (RFC 6750 §3, RFC 9449 §7.1): that of the scheme's challenge, else of the
 * first challenge that has one.
 */
export function challengeError(response: Response, scheme: 'bearer' | 'dpop'): string | undefined {
  let challenge = ''
  let first: string | undefined
  let error: string | undefined
  const header = response.headers.get('www-authenticate') ?? ''
  for (const [, name = '', quoted, token] of header.matchAll(PART)) {
    const value = quoted ?? token
    if (value === undefined) challenge = name.toLowerCase()
    else if (name.toLowerCase() === 'error') {
      first ??= value
      if (challenge === scheme) error = value
    }
  }
  return error ?? first
}
