import { AccessTokenError, type Scheme } from './access-token-error.js'

/** The access token of a request, and how it was sent. */
export interface Authorization {
  scheme: Scheme
  accessToken: string
}

/** The longest access token that is looked at, in characters. Most servers take no more for all headers together. */
const MAX_TOKEN = 16_384
const SCHEME = /^(Bearer|DPoP)( |$)/i
const CREDENTIALS = /^(Bearer|DPoP) +([\w.~+/-]+=*)$/i

/**
 * Reads the access token from the `Authorization` header (RFC 6750 §2.1, RFC 9449 §7.1). A token in the URL or in the body is not read.
 *
 * @throws {AccessTokenError} `missing_token`, if the header is missing or has another scheme.
 * @throws {AccessTokenError} `invalid_request`, if the header is malformed, or was sent twice.
 * @throws {AccessTokenError} `invalid_token`, if the token is too long.
 */
export function readAuthorization(headers: Headers): Authorization {
  const header = headers.get('authorization') ?? ''
  const name = SCHEME.exec(header)?.[1]?.toLowerCase()
  if (name === undefined) {
    throw new AccessTokenError('missing_token', {
      message: 'The request has no access token. Send one in the Authorization header.',
      scheme: 'Bearer',
    })
  }
  const scheme = name === 'dpop' ? 'DPoP' : 'Bearer'
  if (header.length > MAX_TOKEN) {
    throw new AccessTokenError('invalid_token', {
      message: 'The access token is too long.',
      scheme,
    })
  }
  const accessToken = CREDENTIALS.exec(header)?.[2]
  if (accessToken) return { scheme, accessToken }
  throw new AccessTokenError('invalid_request', {
    message:
      'The Authorization header must be a scheme and one access token, and must be sent once.',
    scheme,
  })
}
