import { challenge } from './access-token.js'
import type { Fault } from './faults.js'
import { problemOfStatus } from './problem.js'

/** The My Account API's answer to a fault: a problem with the headers that its status must have, unless the fault has its own. */
export function faultResponse(fault: Fault, rateLimit: Record<string, string>): Response {
  return problemOfStatus(fault.status, {
    ...requiredHeaders(fault.status, rateLimit),
    ...lower(fault.headers),
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
