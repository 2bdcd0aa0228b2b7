import type { StoreOptions } from '../cookies/cookie-jar.js'
import { errorsPage } from '../errors.js'
import { knownError, problemResponse } from './problem.js'
import { Refusal } from './request-body.js'

/** Returns an answer for an error, or throws it. */
export type OnError = (error: unknown, request: Request) => Response | Promise<Response>

/** The request of a route, and the headers of its answer. */
export interface RouteStore extends StoreOptions {
  request: Request
}

/**
 * Runs the work of a route. Whatever it throws, the answer has the headers that were set before: after a refresh they
 * hold the only copy of the rotated refresh token.
 *
 * @internal
 */
export async function answerErrors(
  request: Request,
  onError: OnError,
  work: (store: RouteStore) => Promise<Response>,
): Promise<Response> {
  const headers = new Headers({ 'x-content-type-options': 'nosniff' })
  try {
    return await work({ request, response: { headers } })
  } catch (error) {
    // The browser left. Nobody reads this answer, and nothing is wrong with the application.
    if (request.signal.aborted) return new Response(null, { status: 499, headers })
    if (error instanceof Refusal) return withHeaders(error.response, headers)
    return await answerError(error, { request, onError, headers })
  }
}

async function answerError(
  error: unknown,
  { request, onError, headers }: { request: Request; onError: OnError; headers: Headers },
): Promise<Response> {
  try {
    return withHeaders(await onError(error, request), headers)
  } catch (unanswered) {
    if (!headers.has('set-cookie')) throw unanswered
    // A framework would drop the cookies with the answer, so it does not get to see this error.
    console.error(unanswered)
    return withHeaders(knownError(unanswered) ?? serverError(), headers)
  }
}

function serverError(): Response {
  return problemResponse({
    type: errorsPage('server_error'),
    title: 'server_error',
    status: 500,
    detail: 'The application failed. Its log has the error.',
  })
}

/** Returns the answer with more headers. Appends cookies, and replaces every other header. */
function withHeaders(response: Response, more: Headers): Response {
  const headers = new Headers(response.headers)
  for (const [name, value] of more) {
    if (name === 'set-cookie') headers.append(name, value)
    else headers.set(name, value)
  }
  return new Response(response.body, { status: response.status, headers })
}
