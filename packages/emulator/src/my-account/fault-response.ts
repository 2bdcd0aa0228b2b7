import type { Context } from '../context/context.js'
import type { DpopNonces } from '../dpop/nonces.js'
import type { Fault } from '../faults/faults.js'
import { challenge } from '../resource-server/access-token.js'
import { problem, problemOfStatus } from './problem.js'

/** The parts that the response of a fault needs. */
export interface FaultParts {
  context: Context
  nonces: DpopNonces
  rateLimit: Record<string, string>
}

/**
 * Returns the response of the My Account API for a fault: a problem or a DPoP challenge. It has the headers that its status needs,
 * unless the fault has its own. Returns undefined if the fault lets the operation run.
 */
export function faultResponse(
  { status, headers, problem: fields, challenge: code }: Fault,
  { context, nonces, rateLimit }: FaultParts,
): Response | undefined {
  if (code) return nonceChallenge(code, context, nonces.issue())
  if (status === undefined) return undefined
  return problemOfStatus(
    status,
    { ...requiredHeaders(status, context, rateLimit), ...lower(headers) },
    fields,
  )
}

function nonceChallenge(
  code: NonNullable<Fault['challenge']>,
  context: Context,
  nonce: string,
): Response {
  const description = 'A fault of the emulator asks for another nonce'
  const fields = { error: code, error_description: description }
  return problem('unauthorized', description, {
    headers: { 'www-authenticate': challenge('DPoP', context, fields), 'dpop-nonce': nonce },
  })
}

function requiredHeaders(
  status: number,
  context: Context,
  rateLimit: Record<string, string>,
): Record<string, string> {
  if (status === 429) return { 'retry-after': '1', ...rateLimit, 'x-ratelimit-remaining': '0' }
  if (status === 401) {
    return { 'www-authenticate': challenge('Bearer', context, { error: 'invalid_token' }) }
  }
  return {}
}

function lower(headers: Record<string, string> = {}): Record<string, string> {
  return Object.fromEntries(
    Object.entries(headers).map(([name, value]) => [name.toLowerCase(), value]),
  )
}
