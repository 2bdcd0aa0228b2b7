/** Bytes in base64url without padding (RFC 7515 §2). */
export function base64url(bytes: Uint8Array): string {
  return btoa(String.fromCharCode(...bytes))
    .replaceAll('+', '-')
    .replaceAll('/', '_')
    .replaceAll('=', '')
}

/** A text in base64url of its UTF-8. */
export function base64urlText(text: string): string {
  return base64url(new TextEncoder().encode(text))
}
