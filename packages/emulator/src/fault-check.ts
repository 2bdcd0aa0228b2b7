import type { Fault } from './faults.js'
import document from './generated/my-account.json' with { type: 'json' }

const operationIds = [
  'getToken',
  ...Object.values(document.paths).flatMap((path) =>
    Object.values(path).map(({ operationId }: { operationId: string }) => operationId),
  ),
]

/** Throws a `TypeError` or `RangeError` that names the argument where an operation or a fault is not one. */
export function checkFault(operationId: string, { status, headers = {} }: Fault): void {
  if (!operationIds.includes(operationId)) {
    throw new TypeError(`operationId must be one of ${operationIds.join(', ')}`)
  }
  if (!Number.isInteger(status) || status < 400 || status > 599) {
    throw new RangeError('status must be an integer from 400 to 599')
  }
  try {
    new Headers(headers)
  } catch (cause) {
    throw new TypeError('headers must be names and values of HTTP headers', { cause })
  }
}
