import { base64url } from 'jose'

const alphabet = 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789'

/** Returns a random string of letters and digits. Each character has 5.95 bits of entropy. */
export function randomString(length: number): string {
  let text = ''
  while (text.length < length) {
    for (const byte of crypto.getRandomValues(new Uint8Array(length * 2))) {
      // 248 is 4 × 62: larger bytes would make some characters more likely than others.
      if (byte < 248 && text.length < length) text += alphabet[byte % 62]
    }
  }
  return text
}

/** Returns the SHA-256 of a text in base64url: a PKCE challenge (RFC 7636 §4.2) or an `ath` (RFC 9449 §4.2). */
export async function sha256(text: string): Promise<string> {
  const digest = await crypto.subtle.digest('SHA-256', new TextEncoder().encode(text))
  return base64url.encode(new Uint8Array(digest))
}

/** Compares two secrets. The time that it takes reveals only whether their lengths differ. */
export function isSameSecret(one: string, other: string): boolean {
  const a = new TextEncoder().encode(one)
  const b = new TextEncoder().encode(other)
  let difference = a.length ^ b.length
  for (const [index, byte] of a.entries()) difference |= byte ^ (b[index] ?? 0)
  return difference === 0
}
