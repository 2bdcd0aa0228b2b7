import type { AccessToken } from '../authorization/access-token.js'
import type { DpopProver, Outcome } from '../authorization/dpop.js'

/** Seconds by which an offset may differ for other reasons than the clock, such as a slow answer. */
const TOLERANCE_S = 5

/**
 * Sets the clock of a prover right after its proof was refused, by the `iat` of a fresh access token.
 *
 * @param offset - The prover's clock offset when it made the refused proof, in seconds.
 * @returns The token to send the request again with; undefined if the clock was right or cannot be set.
 */
export async function correctClock(
  prover: DpopProver,
  { token, freshToken }: Outcome,
  offset: number | undefined,
): Promise<AccessToken | undefined> {
  if (!prover.getClockOffset || !prover.setClockOffset) return undefined
  // Another request has corrected it in the meantime.
  if (isOtherOffset(prover.getClockOffset(), offset)) return token
  const fresh = await freshToken()
  // A cached token does not show what time it is now.
  if (fresh.accessToken === token.accessToken) return undefined
  const learned = clockOffset(fresh.accessToken)
  if (learned === undefined || !isOtherOffset(learned, offset)) return undefined
  prover.setClockOffset(learned)
  return fresh
}

/** Tells whether a clock offset, in seconds, is another one than before. */
function isOtherOffset(offset: number, before = 0): boolean {
  return Math.abs(offset - before) > TOLERANCE_S
}

/**
 * Returns how far the clock of the authorization server is ahead of this device's, in seconds, by the `iat` of an access
 * token that it has just issued. Undefined if the token is opaque, or a JWT without `iat`.
 */
export function clockOffset(accessToken: string): number | undefined {
  const { iat } = claimsOf(accessToken)
  return typeof iat === 'number' ? Math.floor(iat - Date.now() / 1000) : undefined
}

function claimsOf(token: string): { iat?: unknown } {
  const payload = String(token.split('.')[1]).replaceAll('-', '+').replaceAll('_', '/')
  try {
    return Object(JSON.parse(atob(payload)))
  } catch {
    return {} // opaque, though it may have dots
  }
}
