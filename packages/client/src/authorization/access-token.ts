/** What a token source is asked for. */
export interface AccessTokenRequest {
  /** The API that the token is for: `https://{domain}/me/` for the My Account API. */
  audience: string
  /** The scopes that the request needs, separated by spaces. */
  scope: string
  /** True if a cached token was just refused: get a new one. */
  forceRefresh: boolean
  /** The token that was refused, with `forceRefresh`: any other token will do. Undefined if only a new one will do. */
  rejectedToken?: string | undefined
  /** Aborted when nobody waits for the token any more. */
  signal?: AbortSignal
}

/** An access token, and how to present it. */
export interface AccessToken {
  accessToken: string
  /** `Bearer` or `DPoP`, in upper or lower case (RFC 6749 §5.1). */
  tokenType: string
  /** When it expires, in milliseconds since the epoch. */
  expiresAt?: number | undefined
}

/** Where access tokens come from: a function that returns one, or a Bearer token itself. */
export type AccessTokenSource =
  | string
  | ((request: AccessTokenRequest) => AccessToken | string | Promise<AccessToken | string>)

/** Tells whether a token is bound to a DPoP key. @internal */
export function isBound({ tokenType }: AccessToken): boolean {
  return tokenType.toLowerCase() === 'dpop'
}
