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
