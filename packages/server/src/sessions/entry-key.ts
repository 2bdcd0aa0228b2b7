import { base64url } from 'jose'

/** The key of an entry: a hash, so that whoever can read the store learns neither ids nor users. */
export async function entryKey(...parts: string[]): Promise<string> {
  const bytes = new TextEncoder().encode(JSON.stringify(parts))
  return base64url.encode(new Uint8Array(await crypto.subtle.digest('SHA-256', bytes)))
}
