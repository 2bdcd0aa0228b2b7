import { errorsPage } from '../errors.js'
import { answerErrors, type OnError, type RouteStore } from './answer-errors.js'
import { problemResponse } from './problem.js'
import { refuseOtherOrigins } from './same-origin.js'

/** A function from a request to its answer. Every framework can mount it. */
export type Route = (request: Request) => Promise<Response>

/**
 * How a route of an application works: its method, and `work`, which sets cookies and returns the URL that the browser
 * goes to next.
 *
 * @internal
 */
export interface RouteOptions {
  method: 'GET' | 'POST'
  /** The application's origin. A POST from a page of another one is refused. */
  origin: string
  onError: OnError
  work(store: RouteStore): Promise<string>
}

/**
 * Makes a route that redirects the browser.
 *
 * @internal
 */
export function createRoute({ method, origin, onError, work }: RouteOptions): Route {
  return async (request) => {
    if (request.method !== method) return wrongMethod(method)
    const tooLong = refuseLongUrl(request)
    if (tooLong) return tooLong
    const refusal = method === 'POST' ? refuseOtherOrigins(request, origin) : undefined
    if (refusal) return refusal
    return answerErrors(request, onError, async (store) =>
      redirect(await work(store), store.response.headers),
    )
  }
}

/** The longest URL, in bytes: as long as a line that nginx accepts by default. */
const MAX_URL = 8000

/**
 * Refuses a URL that is too long, because a stranger decides how many parameters it has.
 *
 * @returns a problem with 414 `uri_too_long`, or undefined if the request may pass.
 * @internal
 */
export function refuseLongUrl({ url }: Request): Response | undefined {
  if (url.length <= MAX_URL) return
  return problemResponse({
    type: errorsPage('uri_too_long'),
    title: 'uri_too_long',
    status: 414,
    detail: `The URL of the request is over ${MAX_URL} bytes. Shorten its query.`,
  })
}

function redirect(location: string, headers: Headers): Response {
  headers.set('location', location)
  headers.set('cache-control', 'no-store')
  return new Response(null, { status: 303, headers }) // a GET, whatever the method was (RFC 9110 §15.4.4)
}

function wrongMethod(method: string): Response {
  const problem = {
    type: errorsPage('wrong_method'),
    title: 'wrong_method',
    status: 405,
    detail: `This route takes only ${method}.`,
  }
  return problemResponse(problem, new Headers({ allow: method }))
}
