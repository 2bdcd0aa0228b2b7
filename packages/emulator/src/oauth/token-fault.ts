import type { Fault } from '../faults/faults.js'

/** An error response of the token endpoint, without the headers that only browsers need. */
export interface TokenRefusal {
  status: number
  body: Record<string, unknown>
  headers: Record<string, string>
}

const errorOfStatus: Record<number, string> = {
  401: 'invalid_client',
  403: 'access_denied',
  429: 'too_many_requests',
}

/** Returns the error of a fault with a status at the token endpoint, or undefined if it has none. `now` is in milliseconds. */
export function tokenFault(
  { status, headers = {}, problem }: Fault,
  now: number,
): TokenRefusal | undefined {
  if (status === undefined) return undefined
  const error = errorOfStatus[status] ?? (status < 500 ? 'invalid_request' : 'server_error')
  const error_description = `A fault of the emulator set the status ${status}`
  // Those of the fault replace others, in whatever case they are written.
  const all = new Headers(status === 429 ? rateLimit(now) : {})
  for (const [name, value] of Object.entries(headers)) all.set(name, value)
  const body = { error, error_description, ...problem }
  return { status, body, headers: Object.fromEntries(all) }
}

function rateLimit(now: number): Record<string, string> {
  return {
    'retry-after': '1',
    'x-ratelimit-limit': '100',
    'x-ratelimit-remaining': '0',
    'x-ratelimit-reset': String(Math.floor(now / 1000) + 1),
  }
}
