import {
  isConnectCallback,
  isConnectFlowError,
  type ProblemDetails,
} from '@connected-accounts/client'
import { isReturnTo } from '@connected-accounts/client/internal'
import type { Context } from '../context.js'
import type { StoreOptions } from '../cookies/cookie-jar.js'
import { isLoginFlowError } from '../errors.js'
import { type ErrorPage, errorPage } from '../navigation/error-page.js'
import { isNavigation, varyByNavigation } from '../navigation/fetch-metadata.js'
import { type Place, redirect, returnToOf, returnUrl } from '../navigation/return-to.js'
import type { PlaceOf } from './paths.js'
import { errorResponse, knownProblem, problemResponse } from './problem.js'

/** Returns an answer for an error, or throws it. */
export type OnError = (error: unknown, request: Request) => Response | Promise<Response>

/**
 * What a route sends if it does not carry out a request.
 *
 * @internal
 */
export interface Answers {
  /** Returns the answer for a request that the route refuses. */
  refuse(problem: ProblemDetails, request: Request, headers?: Headers): Response | Promise<Response>
  /** Returns the answer for an error. Throws the error again if it is the application's own. */
  fail: OnError
}

/**
 * Sends problems.
 *
 * @internal
 */
export const problemAnswers: Answers = {
  refuse: (problem, _request, headers) => problemResponse(problem, headers),
  fail: errorResponse,
}

/**
 * Sends problems to programs. Shows a page to a person, or takes the person back to the application.
 *
 * @internal
 */
export function createAnswers(context: Context, placeOf: PlaceOf): Answers {
  const answer = async (
    page: Omit<ErrorPage, 'home'>,
    request: Request,
    headers = new Headers(),
  ) => {
    varyByNavigation(headers)
    if (!isNavigation(request)) return problemResponse(page.problem, headers)
    const { home, redirectUri } = await placeOf(storeOf(request))
    return errorPage({ ...page, home: new URL(home, redirectUri).href }, headers)
  }
  return {
    refuse: (problem, request, headers) => answer({ problem }, request, headers),
    async fail(error, request) {
      const known = knownProblem(error)
      if (!known) throw error
      const { problem, headers } = known
      if (!isNavigation(request)) return answer({ problem }, request, headers)
      const place = await placeOf(storeOf(request))
      const url = await wayBack(context, { error, request, place })
      if (url) return redirect(url, new Headers())
      const login = needsLogin(error, problem, request)
        ? loginUrl(error, request, place)
        : undefined
      const canReload = isPassing(problem) && isConnectCallback(request.url)
      return answer({ problem, task: taskOf(error), login, canReload }, request, headers)
    },
  }
}

/** What is read is not saved. */
function storeOf(request: Request): StoreOptions {
  return { request, response: { headers: new Headers() } }
}

/**
 * Returns the URL that a person goes to after a flow that failed, if a page there can be shown: after a connect flow, and after a login if
 * the person is logged in anyway. After any other failed login, a page that needs a login would send the person straight back
 * to the tenant. If the tenant refuses without asking, that never ends.
 */
async function wayBack(
  context: Context,
  { error, request, place }: { error: unknown; request: Request; place: Place },
): Promise<string | undefined> {
  if (isConnectFlowError(error)) {
    const { returnTo, code } = error
    return returnTo === undefined ? undefined : returnUrl(returnTo, place, code)
  }
  if (!isLoginFlowError(error) || !(await isLoggedIn(context, request))) return undefined
  // The person went back in the browser, to a login that was completed.
  if (error.code === 'unknown_state') return returnUrl(undefined, place)
  return returnUrl(returnToOf(error.appState), place, error.code)
}

async function isLoggedIn(context: Context, request: Request): Promise<boolean> {
  // A store that is away is reported by the next request that needs it.
  const session = await context.findSession(storeOf(request)).catch(() => undefined)
  return session !== undefined
}

function taskOf(error: unknown): ErrorPage['task'] {
  if (isLoginFlowError(error)) return 'login'
  return isConnectFlowError(error) ? 'connect' : undefined
}

/** True if the problem may pass by itself. */
function isPassing({ status }: ProblemDetails): boolean {
  return status === 429 || status > 500
}

/** True if the way on is a new login. A login that failed is over, as its code works only once. */
function needsLogin(error: unknown, problem: ProblemDetails, { method, url }: Request): boolean {
  if (isLoginFlowError(error) || problem.status === 401) return true
  return isPassing(problem) && method === 'GET' && !isConnectCallback(url)
}

function loginUrl(
  error: unknown,
  request: Request,
  { login, redirectUri }: Place,
): string | undefined {
  if (login === undefined) return undefined
  const url = new URL(login, redirectUri)
  const returnTo = isLoginFlowError(error)
    ? returnToOf(error.appState)
    : new URL(request.url).searchParams.get('returnTo')
  if (returnTo && isReturnTo(returnTo, redirectUri)) url.searchParams.set('returnTo', returnTo)
  return url.href
}
