import type { ProblemDetails } from '@connected-accounts/client'
import { errorsPage } from '../errors.js'
import { redirect } from '../navigation/return-to.js'
import { answerErrors, type RouteStore } from './answer-errors.js'
import type { Answers, OnError } from './answers.js'

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
  /** Returns why a request is refused, or undefined. */
  refuse(store: RouteStore): ProblemDetails | undefined | Promise<ProblemDetails | undefined>
  answers: Answers
  onError: OnError | undefined
  work(store: RouteStore): Promise<string>
}

/**
 * Makes a route that redirects the browser.
 *
 * @internal
 */
export function createRoute({ method, refuse, answers, onError, work }: RouteOptions): Route {
  return async (request) => {
    if (request.method !== method) {
      return answers.refuse(wrongMethod(method), request, new Headers({ allow: method }))
    }
    return answerErrors(request, { answers, onError }, async (store) => {
      const refusal = refuseLongUrl(request) ?? (await refuse(store))
      if (refusal) return answers.refuse(refusal, request)
      return redirect(await work(store), store.response.headers)
    })
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
export function refuseLongUrl({ url }: Request): ProblemDetails | undefined {
  if (url.length <= MAX_URL) return undefined
  return {
    type: errorsPage('uri_too_long'),
    title: 'uri_too_long',
    status: 414,
    detail: `The URL of the request is over ${MAX_URL} bytes. Shorten its query.`,
  }
}

/**
 * Returns the problem of a request with another method.
 *
 * @internal
 */
export function wrongMethod(method: string): ProblemDetails {
  return {
    type: errorsPage('wrong_method'),
    title: 'wrong_method',
    status: 405,
    detail: `This route takes only ${method}.`,
  }
}
