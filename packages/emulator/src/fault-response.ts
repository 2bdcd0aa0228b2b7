import { challenge } from './access-token.js'
import type { DpopNonces } from './dpop-nonces.js'
import type { Fault } from './faults.js'
import { problem, problemOfStatus } from './problem.js'

/** What the answer to a fault is made of. */
export interface FaultParts {
  nonces: DpopNonces
  rateLimit: Record<string, string>
}

/**
 * The My Account API's answer in place of the operation's: a problem with the headers that its status must have, unless the
 * fault has its own, or a challenge. `undefined` for a fault that lets the operation do its work.
 */
export function faultResponse(
  { status, headers, problem: fields, challenge: code }: Fault,
  { nonces, rateLimit }: FaultParts,
): Response | undefined {
  if (code) return nonceChallenge(code, nonces.issue())
  if (status === undefined) return undefined
  return problemOfStatus(
    status,
    { ...requiredHeaders(status, rateLimit), ...lower(headers) },
    fields,
  )
}

function nonceChallenge(code: NonNullable<Fault['challenge']>, nonce: string): Response {
  const description = 'The emulator was told to ask for another nonce'
  const fields = { error: code, error_description: description }
  return problem('unauthorized', description, {
    headers: { 'www-authenticate': challenge('DPoP', fields), 'dpop-nonce': nonce },
  })
}

function requiredHeaders(
  status: number,
  rateLimit: Record<string, string>,
): Record<string, string> {
  if (status === 429) return { 'retry-after': '1', ...rateLimit, 'x-ratelimit-remaining': '0' }
  if (status === 401) return { 'www-authenticate': challenge('Bearer', { error: 'invalid_token' }) }
  return {}
}

function lower(headers: Record<string, string> = {}): Record<string, string> {
  return Object.fromEntries(
    Object.entries(headers).map(([name, value]) => [name.toLowerCase(), value]),
  )
}
