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
  refuse(request: Request): ProblemDetails | undefined
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
    const refusal = refuse(request)
    if (refusal) return answers.refuse(refusal, request)
    return answerErrors(request, { answers, onError }, async (store) =>
      redirect(await work(store), store.response.headers),
    )
  }
}

function wrongMethod(method: string): ProblemDetails {
  return {
    type: errorsPage('wrong_method'),
    title: 'wrong_method',
    status: 405,
    detail: `This route takes only ${method}.`,
  }
}
