import type { ProblemDetails } from '@connected-accounts/client'
import { type Context, contextOf } from '../context.js'
import type { StoreOptions } from '../cookies/cookie-jar.js'
import { errorsPage } from '../errors.js'
import type { ServerClient } from '../server-client.js'
import { answerErrors } from './answer-errors.js'
import { createAnswers } from './answers.js'
import { backChannelLogoutOf } from './back-channel-logout.js'
import { type ConnectedAccountsHandlerOptions, operationsOf } from './connected-accounts-handler.js'
import { identifyRouteOf } from './identify-route.js'
import { createPlaces, placeBeside, type RoutePath, removablePaths, routePathsOf } from './paths.js'
import type { Route } from './route.js'
import { type Routes, type RoutesOptions, routesOf } from './routes.js'

/** Options of {@link createHandler}. */
export interface HandlerOptions
  extends RoutesOptions,
    Pick<ConnectedAccountsHandlerOptions, 'revoke'> {}

/**
 * Creates one function for all routes of an application. `callback` is at the path of the `redirect_uri`, and the other
 * routes are beside it. With `https://app.example.com/auth/callback` they are `/auth/login`,
 * `/auth/callback`, `/auth/connect`, `/auth/logout` and `/auth/me/v1/…`, which has the five operations of Connected
 * Accounts. `/auth/accounts/{id}/identify` returns a label for an account. If the `ServerClient` has `events`, it also serves
 * `/auth/events`. If sessions are in a store, it also serves `/auth/backchannel-logout`. It returns 404 for every other path. A slash
 * at the end of a path makes no difference.
 *
 * If something before this function removes the beginning of the paths, pass it as `basePath`.
 *
 * @throws {TypeError} if the `redirect_uri` has no path or does not begin with `basePath`, or `server` is not a `ServerClient`.
 * @example
 * ```ts
 * const handler = createHandler(server)
 *
 * const app = new Hono()
 * app.all('/auth/*', ({ req }) => handler(req.raw))
 * ```
 */
export function createHandler(server: ServerClient, options: HandlerOptions = {}): Route {
  const { findRoute, notFound } = routerOf(contextOf(server), options)
  return async (request) => {
    const { pathname } = new URL(request.url)
    const store = { request, response: { headers: new Headers() } }
    const route = await findRoute(pathname, store)
    return (route ?? notFound)(request)
  }
}

/** Finds the routes of an application. */
export interface Router {
  /**
   * Finds a route by its path. Returns undefined for any other path. If the application's `redirect_uri` function fails,
   * its URLs are not known. Then every path has the route that reports this.
   */
  findRoute(pathname: string, storeOptions: StoreOptions): Promise<Route | undefined>
  /** Creates the 404 for a request that has no route. */
  notFound: Route
}

/**
 * Creates the routes of a context, and returns what finds one by its path.
 *
 * @throws {TypeError} if the `redirect_uri` has no path, or does not begin with `basePath`.
 * @internal
 */
export function routerOf(context: Context, options: HandlerOptions): Router {
  const { basePath, onError } = options
  const placeOf = createPlaces(context, options, (uri) => placeBeside(uri, basePath))
  const answers = createAnswers(context, placeOf)
  const routeAt = createTable(context, routesOf(context, options, placeOf), options)
  const find = (pathname: string, redirectUri: string, base?: string) =>
    routePathsOf(pathname, redirectUri, base).map(routeAt).find(Boolean)
  return {
    async findRoute(pathname, storeOptions) {
      try {
        const { redirectUri } = await placeOf(storeOptions)
        return find(pathname, redirectUri, basePath)
      } catch (error) {
        return (request) => answerErrors(request, { answers, onError }, () => Promise.reject(error))
      }
    },
    async notFound(request) {
      const { pathname } = new URL(request.url)
      const { redirectUri } = await placeOf({ request, response: { headers: new Headers() } })
      const removed = removablePaths(redirectUri).find((base) => find(pathname, redirectUri, base))
      return answers.refuse(noSuchRoute(pathname, { redirectUri, removed }), request)
    },
  }
}

/** Returns a function that finds a route by its name. */
function createTable(
  context: Context,
  { login, callback, connect, logout, events }: Routes,
  options: HandlerOptions,
) {
  const named = new Map([
    ['login', login],
    ['connect', connect],
    ['logout', logout],
  ])
  if (context.events) named.set('events', events)
  if (context.sessions.end) named.set('backchannel-logout', backChannelLogoutOf(context))
  const answerOperation = operationsOf(context, options)
  const identify = identifyRouteOf(context)
  return ({ isCallback, name }: RoutePath): Route | undefined => {
    if (isCallback) return callback
    if (IDENTIFY.test(name)) return (request) => identify(request, name.split('/')[1] ?? '')
    if (!name.startsWith(API)) return named.get(name)
    return (request) => answerOperation(request, name.slice(API.length - 1))
  }
}

const API = 'me/v1/'
const IDENTIFY = /^accounts\/[\w-]+\/identify$/

function noSuchRoute(
  pathname: string,
  { redirectUri, removed }: { redirectUri: string; removed: string | undefined },
): ProblemDetails {
  const { login } = placeBeside(redirectUri)
  const reason = removed
    ? `${removed}${pathname} is one. If something before this handler removes '${removed}' from the path, such as a proxy or the ` +
      `basePath of Next.js, pass it: createHandler(server, { basePath: '${removed}' }).`
    : `The routes are beside the path of the redirect_uri, such as ${login}. If the browser asks for another path, change the ` +
      'redirect_uri.'
  return {
    type: errorsPage('not_found'),
    title: 'not_found',
    status: 404,
    detail: `${pathname} is not a route. ${reason}`,
  }
}
