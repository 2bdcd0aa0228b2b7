import type { components } from '../generated/management.js'
import type { ValidationError } from '../resource-server/contract.js'
import type { FaultRefusal } from '../resource-server/fault-refusal.js'

type ManagementError = components['schemas']['ManagementError']

const words: Record<number, string> = {
  400: 'Bad Request',
  401: 'Unauthorized',
  403: 'Forbidden',
  404: 'Not Found',
  409: 'Conflict',
  429: 'Too Many Requests',
  500: 'Internal Server Error',
  501: 'Not Implemented',
}

/** The optional parts of an error. */
export interface ErrorOptions {
  errorCode?: string
  headers?: HeadersInit
  /** Fields that replace the usual ones. */
  fields?: Record<string, unknown>
}

/** Creates an error response in the form of the Management API. */
export function managementError(
  statusCode: number,
  message: string,
  { errorCode, headers = {}, fields = {} }: ErrorOptions = {},
): Response {
  const error = words[statusCode] ?? 'Error'
  const body: ManagementError = { statusCode, error, message, ...(errorCode && { errorCode }) }
  return Response.json({ ...body, ...fields }, { status: statusCode, headers })
}

const parts: Record<string, [name: string, errorCode: string]> = {
  body: ['Payload', 'invalid_body'],
  query: ['Query', 'invalid_query_string'],
  path: ['Path', 'invalid_uri'],
}

/** Creates the 400 response for a request that does not match the contract. It names the first mistake. */
export function invalidRequest({ detail, field, source = 'body' }: ValidationError): Response {
  const [name, errorCode] = parts[source] ?? ['Request', 'invalid_request']
  const place = field ? ` on property ${field}` : ''
  return managementError(400, `${name} validation error: '${detail}'${place}.`, { errorCode })
}

/** Returns the error of a fault. */
export function faultResponse({ status, headers, fields }: FaultRefusal): Response {
  return managementError(status, 'A fault of the emulator', { headers, fields })
}
