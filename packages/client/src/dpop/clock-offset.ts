import { parseJson } from '../http/json.js'

/** Seconds by which an offset may differ for other reasons than the clock, such as a slow answer. */
const TOLERANCE = 5

/** Whether a clock offset, in seconds, is another than the one before. */
export function isOtherOffset(offset: number, before = 0): boolean {
  return Math.abs(offset - before) > TOLERANCE
}

/**
 * How far the clock of the authorization server is ahead of this device's, in seconds, by the `iat` of an access token
 * that it has just issued. Undefined where the token is opaque, or a JWT without `iat`.
 */
export function clockOffset(accessToken: string): number | undefined {
  const { iat }: { iat?: unknown } = Object(parseJson(payload(accessToken)))
  return typeof iat === 'number' ? Math.floor(iat - Date.now() / 1000) : undefined
}

function payload(jwt: string): string {
  const [, part = '', signature] = jwt.split('.')
  if (signature === undefined) return ''
  try {
    return atob(part.replaceAll('-', '+').replaceAll('_', '/'))
  } catch {
    return '' // opaque, though it has dots
  }
}
