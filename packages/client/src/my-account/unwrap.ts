import { MyAccountApiError } from '../errors/my-account-api-error.js'
import { parseJson } from '../http/json.js'

interface Result {
  data?: unknown
  error?: unknown
  response: Response
}

/**
 * The body of a successful answer, checked for its required fields. Takes a call with `parseAs: 'text'`, because
 * JSON that cannot be parsed would otherwise throw without the status.
 */
export async function unwrap<T>(
  call: Promise<Result>,
  isExpected: (value: unknown) => value is T,
): Promise<T> {
  const { data, error = data, response } = await call
  // An error is parsed already, if it is JSON, and neither is there where the body is empty.
  const text = typeof error === 'string' ? error : (JSON.stringify(error) ?? '')
  const value = parseJson(text)
  if (response.ok && isExpected(value)) return value
  throw new MyAccountApiError(response, text)
}

/** Waits for an answer that has no body; throws where it is not 2xx. */
export async function unwrapEmpty(call: Promise<Result>): Promise<void> {
  await unwrap(call, (_): _ is unknown => true)
}
