import type { StoreOptions } from '../cookies/cookie-jar.js'
import { isFlowRemoval } from '../cookies/transaction-cookies.js'
import { errorsPage } from '../errors.js'
import type { Answers, OnError } from './answers.js'
import { Refusal } from './request-body.js'

/** The request of a route, and the headers of its answer. */
export interface RouteStore extends StoreOptions {
  request: Request
}

/** What decides about the answer if the work of a route fails. */
interface Failing {
  answers: Answers
  /** Decides first, if the application has given it. */
  onError?: OnError | undefined
}

/** A request whose work failed, and the headers that were set before. */
interface Failed {
  request: Request
  headers: Headers
}

/**
 * Runs the work of a route. Whatever it throws, the answer has the headers that were set before: after a refresh they
 * hold the only copy of the rotated refresh token.
 *
 * @internal
 */
export async function answerErrors(
  request: Request,
  failing: Failing,
  work: (store: RouteStore) => Promise<Response>,
): Promise<Response> {
  const headers = new Headers({ 'x-content-type-options': 'nosniff' })
  try {
    return await work({ request, response: { headers } })
  } catch (error) {
    // The browser left. Nobody reads this answer, and nothing is wrong with the application.
    if (request.signal.aborted) return new Response(null, { status: 499, headers })
    if (error instanceof Refusal) {
      return withHeaders(await failing.answers.refuse(error.problem, request), headers)
    }
    return answerError(error, { request, headers, ...failing })
  }
}

async function answerError(
  error: unknown,
  { request, headers, answers, onError = answers.fail }: Failing & Failed,
): Promise<Response> {
  try {
    return withHeaders(await onError(error, request), headers)
  } catch (unanswered) {
    // Some frameworks redirect so.
    if (unanswered instanceof Response) return withHeaders(unanswered, headers)
    // A framework that handles this error drops the cookies. A flow that is not removed does no harm.
    if (headers.getSetCookie().every(isFlowRemoval)) throw unanswered
    console.error(unanswered)
    return withHeaders(await failWith(unanswered, request, answers), headers)
  }
}

/** Returns the answer for an error that must not reach the framework. */
async function failWith(error: unknown, request: Request, answers: Answers): Promise<Response> {
  try {
    return await answers.fail(error, request)
  } catch {
    const problem = {
      type: errorsPage('server_error'),
      title: 'server_error',
      status: 500,
      detail: 'The application failed. Its log has the error.',
    }
    return answers.refuse(problem, request)
  }
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
