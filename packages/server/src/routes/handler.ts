import type { ProblemDetails } from '@connected-accounts/client'
import { type Context, contextOf } from '../context.js'
import { errorsPage } from '../errors.js'
import type { ServerClient } from '../server-client.js'
import { createAnswers } from './answers.js'
import { backChannelLogoutOf } from './back-channel-logout.js'
import { accountsHandlerOf } from './connected-accounts-handler.js'
import type { Route } from './route.js'
import { type RoutesOptions, routesOf } from './routes.js'

/**
 * Creates one function for all routes of an application. `callback` is at the path of the `redirect_uri`, and the other
 * routes are beside it. With `https://app.example.com/auth/callback` they are `/auth/login`,
 * `/auth/callback`, `/auth/connect`, `/auth/logout` and `/auth/me/v1/…`, which has the five operations of Connected
 * Accounts. If sessions are in a store, it also serves `/auth/backchannel-logout`. It returns 404 for every other
 * path.
 *
 * @throws {TypeError} if the `redirect_uri` has no path, or `server` is not a `ServerClient`.
 * @example
 * ```ts
 * const handler = createHandler(server)
 *
 * const app = new Hono()
 * app.all('/auth/*', ({ req }) => handler(req.raw))
 * ```
 */
export function createHandler(server: ServerClient, options: RoutesOptions = {}): Route {
  const context = contextOf(server)
  const findRoute = routerOf(context, options)
  const answers = createAnswers(context)
  return async (request) => {
    const { pathname } = new URL(request.url)
    return (await findRoute(pathname)?.(request)) ?? answers.refuse(noSuchRoute(pathname), request)
  }
}

/**
 * Creates the routes of a context, and returns the function that finds one by its path. That function returns
 * undefined for any other path.
 *
 * @throws {TypeError} if the `redirect_uri` has no path.
 * @internal
 */
export function routerOf(
  context: Context,
  options: RoutesOptions,
): (pathname: string) => Route | undefined {
  const { pathname: callbackPath } = new URL(context.options.authorizationParams.redirect_uri)
  if (callbackPath === '/') {
    throw new TypeError(
      'redirect_uri must have a path, like https://app.example.com/auth/callback, because the other routes are beside it.',
    )
  }
  const beside = (path: string) => callbackPath.replace(/[^/]*$/, path)
  const { login, callback, connect, logout } = routesOf(context, options, beside('login'))
  const basePath = beside('me/v1')
  const accounts = accountsHandlerOf(context, { basePath })
  const routes = new Map([
    [beside('login'), login],
    [beside('connect'), connect],
    [beside('logout'), logout],
    [callbackPath, callback],
  ])
  if (context.sessions.end) {
    routes.set(beside('backchannel-logout'), backChannelLogoutOf(context))
  }
  return (pathname) =>
    routes.get(pathname) ?? (pathname.startsWith(`${basePath}/`) ? accounts : undefined)
}

function noSuchRoute(pathname: string): ProblemDetails {
  return {
    type: errorsPage('not_found'),
    title: 'not_found',
    status: 404,
    detail: `${pathname} is not a route. The routes are beside the redirect_uri: see docs/servers.md.`,
  }
}
