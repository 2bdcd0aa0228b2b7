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
    const refusal = method === 'POST' ? refuseOtherOrigins(request, origin) : undefined
    if (refusal) return refusal
    return answerErrors(request, onError, async (store) =>
      redirect(await work(store), store.response.headers),
    )
  }
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
