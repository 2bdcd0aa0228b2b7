import type { components } from '../generated/management.js'
import type { ValidationError } from '../problem.js'

type ManagementError = components['schemas']['ManagementError']

const words: Record<number, string> = {
  400: 'Bad Request',
  401: 'Unauthorized',
  403: 'Forbidden',
  404: 'Not Found',
  409: 'Conflict',
  429: 'Too Many Requests',
  500: 'Internal Server Error',
}

/** What an error may carry besides its status and message. */
export interface ErrorOptions {
  errorCode?: string
  headers?: HeadersInit
}

/** An error in the Management API's own form. */
export function managementError(
  statusCode: number,
  message: string,
  { errorCode, headers = {} }: ErrorOptions = {},
): Response {
  const error = words[statusCode] ?? 'Error'
  const body: ManagementError = { statusCode, error, message, ...(errorCode && { errorCode }) }
  return Response.json(body, { status: statusCode, headers })
}

const parts: Record<string, [name: string, errorCode: string]> = {
  body: ['Payload', 'invalid_body'],
  query: ['Query', 'invalid_query_string'],
  path: ['Path', 'invalid_uri'],
}

/** The 400 for a request that does not fit the contract; it names the first flaw. */
export function invalidRequest({ detail, field, source = 'body' }: ValidationError): Response {
  const [name, errorCode] = parts[source] ?? ['Request', 'invalid_request']
  const place = field ? ` on property ${field}` : ''
  return managementError(400, `${name} validation error: '${detail}'${place}.`, { errorCode })
}
