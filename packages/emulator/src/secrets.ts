import { base64url } from 'jose'

const alphabet = 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789'

/** A random string of letters and digits; each character carries 5.95 bits. */
export function randomString(length: number): string {
  let text = ''
  while (text.length < length) {
    for (const byte of crypto.getRandomValues(new Uint8Array(length * 2))) {
      // 248 is 4 × 62: what lies above would make some characters likelier than others.
      if (byte < 248 && text.length < length) text += alphabet[byte % 62]
    }
  }
  return text
}

/** The base64url SHA-256 of a text: a PKCE challenge (RFC 7636 §4.2) or an `ath` (RFC 9449 §4.2). */
export async function sha256(text: string): Promise<string> {
  const digest = await crypto.subtle.digest('SHA-256', new TextEncoder().encode(text))
  return base64url.encode(new Uint8Array(digest))
}

/** Compares two secrets in a time that tells nothing but whether their lengths differ. */
export function isSameSecret(one: string, other: string): boolean {
  const a = new TextEncoder().encode(one)
  const b = new TextEncoder().encode(other)
  let difference = a.length ^ b.length
  for (const [index, byte] of a.entries()) difference |= byte ^ (b[index] ?? 0)
  return difference === 0
}
