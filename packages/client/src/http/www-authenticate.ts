/** A scheme, or a parameter whose value is a token or a quoted string (RFC 9110 §11.6.1). */
const PART = /([^\s,"=]+)(?:\s*=\s*(?:"((?:[^"\\]|\\.)*)"|([^\s,"]*)))?/g

/**
 * Reads a parameter of a `WWW-Authenticate` header, by default its `error`: that of the scheme's challenge, otherwise of the first
 * challenge that has one.
 *
 * @see https://www.rfc-editor.org/rfc/rfc6750#section-3 and https://www.rfc-editor.org/rfc/rfc9449#section-7.1
 * @internal
 */
export function challengeError(
  response: Response,
  scheme: 'bearer' | 'dpop',
  parameter = 'error',
): string | undefined {
  let challenge = ''
  let first: string | undefined
  let error: string | undefined
  const header = response.headers.get('www-authenticate') ?? ''
  for (const [, name = '', quoted, token] of header.matchAll(PART)) {
    const value = quoted ?? token
    if (value === undefined) challenge = name.toLowerCase()
    else if (name.toLowerCase() === parameter) {
      first ??= value
      if (challenge === scheme) error = value
    }
  }
  return error ?? first
}
