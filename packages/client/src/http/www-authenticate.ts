/** A scheme, or a parameter whose value is a token or a quoted string (RFC 9110 §11.6.1). */
const PART = /([^\s,"=]+)(?:\s*=\s*(?:"((?:[^"\\]|\\.)*)"|([^\s,"]*)))?/g

/**
 * Reads the `error` of a `WWW-Authenticate` header: that of the scheme's challenge, otherwise of the first challenge that
 * has one.
 *
 * @see https://www.rfc-editor.org/rfc/rfc6750#section-3 and https://www.rfc-editor.org/rfc/rfc9449#section-7.1
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
