/** What a token source is asked for. */
export interface AccessTokenRequest {
  /** The API that the token is for, `https://{domain}/me/` for the My Account API. */
  audience: string
  /** The scopes that it needs, separated by spaces. */
  scope: string
  /** True when a cached token has just been refused: get a new one. */
  forceRefresh: boolean
  /** The token that has been refused, with `forceRefresh`: a cached one that is another will do. Without it, none will. */
  rejectedToken?: string | undefined
  signal?: AbortSignal
}

/** An access token and how to present it. */
export interface AccessToken {
  accessToken: string
  /** `Bearer` or `DPoP`, in any case (RFC 6749 §5.1). */
  tokenType: string
  /** Milliseconds since the epoch. */
  expiresAt?: number | undefined
}

/** Where access tokens come from: a function, or a Bearer token itself. */
export type AccessTokenSource =
  | string
  | ((request: AccessTokenRequest) => AccessToken | string | Promise<AccessToken | string>)

/** Whether a token needs proofs. */
export function isBound({ tokenType }: AccessToken): boolean {
  return tokenType.toLowerCase() === 'dpop'
}
