import { contextOf } from '../context.js'
import { errorsPage } from '../errors.js'
import type { ServerClient } from '../server-client.js'
import { createBackChannelLogout } from './back-channel-logout.js'
import { createConnectedAccountsHandler } from './connected-accounts-handler.js'
import { problemResponse } from './problem.js'
import { createRoutes, type Route, type RoutesOptions } from './routes.js'

/**
 * Makes one function for all routes: `callback` is the path of the `redirect_uri`, and `login`, `connect`, `logout` and the
 * five operations under `me/v1` are beside it, and `backchannel-logout` where sessions live in a store. With
 * `https://app.example.com/auth/callback` they are `/auth/login` and so on, so mount it at `/auth`. Anything else is
 * answered with 404. Throws a TypeError where the `redirect_uri` has no path.
 */
export function createHandler(server: ServerClient, options: RoutesOptions = {}): Route {
  const findRoute = createRouter(server, options)
  return async (request) => {
    const { pathname } = new URL(request.url)
    return (await findRoute(pathname)?.(request)) ?? noSuchRoute(pathname)
  }
}

/** Finds the route at a path; undefined where it is none of ours. */
export function createRouter(
  server: ServerClient,
  options: RoutesOptions,
): (pathname: string) => Route | undefined {
  const { options: own, sessions } = contextOf(server)
  const { pathname: callbackPath } = new URL(own.authorizationParams.redirect_uri)
  if (callbackPath === '/') {
    throw new TypeError('redirect_uri must have a path of its own, like /auth/callback.')
  }
  const beside = (path: string) => callbackPath.replace(/[^/]*$/, path)
  const { login, callback, connect, logout } = createRoutes(server, options)
  const basePath = beside('me/v1')
  const accounts = createConnectedAccountsHandler(server, { basePath })
  const routes = new Map([
    [beside('login'), login],
    [beside('connect'), connect],
    [beside('logout'), logout],
    [callbackPath, callback],
  ])
  if (sessions.end) routes.set(beside('backchannel-logout'), createBackChannelLogout(server))
  return (pathname) =>
    routes.get(pathname) ?? (pathname.startsWith(`${basePath}/`) ? accounts : undefined)
}

function noSuchRoute(pathname: string): Response {
  return problemResponse({
    type: errorsPage('not_found'),
    title: 'not_found',
    status: 404,
    detail: `${pathname} is no route: the routes are beside the redirect_uri, as docs/servers.md has them.`,
  })
}
