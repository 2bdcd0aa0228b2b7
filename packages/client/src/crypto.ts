import { base64url } from './base64url.js'

/** 43 characters of base64url from 32 random bytes: a PKCE verifier (RFC 7636 §4.1), or the random part of a state. */
export function randomToken(): string {
  return base64url(crypto.getRandomValues(new Uint8Array(32)))
}

/** SHA-256 of a text in base64url, as in the S256 challenge of a PKCE verifier (RFC 7636 §4.2) and in `ath`. */
export async function sha256(text: string): Promise<string> {
  const digest = await crypto.subtle.digest('SHA-256', new TextEncoder().encode(text))
  return base64url(new Uint8Array(digest))
}
