import { MyAccountApiError } from '../errors/my-account-api-error.js'
import { parseJson } from '../http/json.js'

/** The result of a call with `parseAs: 'text'`. openapi-fetch still parses the JSON of an error. */
export interface Result {
  data?: unknown
  error?: unknown
  response: Response
}

/**
 * Returns the body of an answer that is what the contract promises.
 *
 * @param call - A call with `parseAs: 'text'`, because JSON that cannot be parsed would otherwise throw without the status.
 * @param isExpected - Checks the body for its required fields.
 * @param statuses - The statuses that the contract promises for success.
 * @throws {MyAccountApiError} if the server refused the request, or its answer has another status, media type or form.
 */
export async function unwrap<T>(
  call: Result | Promise<Result>,
  isExpected: (value: unknown) => value is T,
  ...statuses: number[]
): Promise<T> {
  const { data, error, response } = await call
  const value = isPromised(response, statuses) ? parseJson(String(data)) : undefined
  if (isExpected(value)) return value
  throw new MyAccountApiError(response, response.ok ? data : error)
}

/** Tells whether an answer has one of these statuses, and JSON. */
export function isPromised({ status, headers }: Response, statuses: number[]): boolean {
  return statuses.includes(status) && /^application\/json\b/i.test(`${headers.get('content-type')}`)
}

/**
 * Waits for a 204, which has no body.
 *
 * @throws {MyAccountApiError} if the answer is another one, such as the login page of a proxy with status 200.
 */
export async function unwrapEmpty(call: Promise<Result>): Promise<void> {
  const { data, error, response } = await call
  if (response.status !== 204) throw new MyAccountApiError(response, response.ok ? data : error)
}
