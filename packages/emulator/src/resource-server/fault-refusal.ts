import type { Lab } from '../context/context.js'
import type { DpopNonces } from '../dpop/nonces.js'
import type { Fault } from '../faults/faults.js'
import { challenge } from './access-token.js'

/** The parts that the response of a fault needs. */
export interface FaultParts {
  context: Lab
  nonces: DpopNonces
  rateLimit: Record<string, string>
}

/** The response of a fault without its body, which each API writes in its own form. */
export interface FaultRefusal {
  status: number
  headers: Record<string, string>
  /** What happened. */
  detail: string
  /** The fields that replace the usual ones. */
  fields: Record<string, unknown>
}

/**
 * Returns the refusal of a fault: a status or a DPoP challenge. It has the headers that its status needs, unless the fault has its
 * own. Returns undefined if the fault lets the operation run.
 */
export function faultRefusal(
  { status, headers, challenge: code, problem: fields = {} }: Fault,
  { context, nonces, rateLimit }: FaultParts,
): FaultRefusal | undefined {
  if (code) return { ...nonceRefusal(code, context, nonces.issue()), fields }
  if (status === undefined) return undefined
  const required = requiredHeaders(status, context, rateLimit)
  const detail = 'A fault of the emulator'
  return { status, headers: { ...required, ...lower(headers) }, detail, fields }
}

function nonceRefusal(
  code: NonNullable<Fault['challenge']>,
  context: Lab,
  nonce: string,
): Omit<FaultRefusal, 'fields'> {
  const detail = 'A fault of the emulator asks for another nonce'
  const fields = { error: code, error_description: detail }
  const headers = { 'www-authenticate': challenge('DPoP', context, fields), 'dpop-nonce': nonce }
  return { status: 401, headers, detail }
}

function requiredHeaders(
  status: number,
  context: Lab,
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
