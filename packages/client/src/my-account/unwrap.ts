import { MyAccountApiError } from '../errors/my-account-api-error.js'
import { parseJson } from '../http/json.js'

/** What a call with `parseAs: 'text'` comes to. openapi-fetch parses an error's JSON in any case. */
export interface Result {
  data?: unknown
  error?: unknown
  response: Response
}

/**
 * Returns the body of a successful answer, checked for its required fields.
 *
 * @param call - A call with `parseAs: 'text'`, because JSON that cannot be parsed would otherwise throw without the status.
 * @throws {MyAccountApiError} if the server refused the request, or the body is not what the contract promises.
 */
export async function unwrap<T>(
  call: Result | Promise<Result>,
  isExpected: (value: unknown) => value is T,
): Promise<T> {
  const { data, error, response } = await call
  if (!response.ok) throw new MyAccountApiError(response, error)
  const value = typeof data === 'string' ? parseJson(data) : undefined
  if (isExpected(value)) return value
  throw new MyAccountApiError(response, data)
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
