/** Bytes in base64url without padding (RFC 7515 §2). */
export function base64url(bytes: Uint8Array): string {
  return urlSafe(btoa(bytes.reduce((text, byte) => text + String.fromCharCode(byte), '')))
}

/** A value as JSON in base64url. Escaped to ASCII, so that there is no detour by bytes. */
export function base64urlJson(value: object): string {
  const escaped = (char: string) => `\\u${char.charCodeAt(0).toString(16).padStart(4, '0')}`
  return urlSafe(btoa(JSON.stringify(value).replace(/[^ -~]/g, escaped)))
}

function urlSafe(base64: string): string {
  return base64.replace(/\+/g, '-').replace(/\//g, '_').replace(/=/g, '')
}

/** 43 characters of base64url from 32 random bytes: a PKCE verifier (RFC 7636 §4.1), or the random part of a state. */
export function randomToken(): string {
  return base64url(crypto.getRandomValues(new Uint8Array(32)))
}

/** SHA-256 of a text in base64url, as in the S256 challenge of a PKCE verifier (RFC 7636 §4.2) and in `ath`. */
export async function sha256(text: string): Promise<string> {
  const digest = await crypto.subtle.digest('SHA-256', new TextEncoder().encode(text))
  return base64url(new Uint8Array(digest))
}
