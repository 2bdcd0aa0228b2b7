import { MyAccountApiError } from './errors.js'
import { parseJson } from './shape.js'

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
  const { data, response } = await okResult(call)
  const text = typeof data === 'string' ? data : ''
  const value = parseJson(text)
  if (!isExpected(value)) throw new MyAccountApiError(response, text)
  return value
}

/** Waits for an answer that has no body; throws where it is not 2xx. */
export async function unwrapEmpty(call: Promise<Result>): Promise<void> {
  await okResult(call)
}

async function okResult(call: Promise<Result>): Promise<Result> {
  const result = await call
  if (result.response.ok) return result
  const { error = '', response } = result
  throw new MyAccountApiError(response, typeof error === 'string' ? error : JSON.stringify(error))
}
