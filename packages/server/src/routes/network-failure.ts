/** How the messages of the runtimes' own network failures begin: Node, Deno, Bun, workerd. */
const MESSAGES = [
  'fetch failed',
  'terminated',
  'error sending request',
  'Unable to connect',
  'The socket connection was closed',
  'Network connection lost',
  'network error',
]

const CODES = ['ECONNREFUSED', 'ECONNRESET', 'EPIPE', 'EHOSTUNREACH', 'ENETUNREACH', 'ENOTFOUND']

/**
 * True if `fetch` threw this error because a request got no answer. Every runtime throws another error for that, so
 * it is known by its message, or by its code if `fetch` is built on Node's sockets.
 *
 * @internal
 */
export function isNetworkFailure(error: unknown): boolean {
  if (!(error instanceof Error)) return false
  const hasCode = 'code' in error && CODES.includes(String(error.code))
  return hasCode || MESSAGES.some((message) => error.message.startsWith(message))
}

/**
 * True if a request was given up because its time was over.
 *
 * @internal
 */
export function isTimeout(error: unknown): boolean {
  return error instanceof Error && error.name === 'TimeoutError'
}
