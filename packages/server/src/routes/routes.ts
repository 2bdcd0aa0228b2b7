import { isConnectCallback } from '@connected-accounts/client'
import { isReturnTo } from '@connected-accounts/client/internal'
import { completeConnectAccount, startConnectAccount } from '../connect/connect-account.js'
import { type Context, contextOf } from '../context.js'
import { completeLogin, startLogin } from '../login/login.js'
import { logout } from '../login/logout.js'
import type { ServerClient } from '../server-client.js'
import type { OnError, RouteStore } from './answer-errors.js'
import { connectOptions } from './connect-form.js'
import { errorResponse } from './problem.js'
import { Refusal, readForm } from './request-body.js'
import { createRoute, type Route, type RouteOptions } from './route.js'

/** Options of {@link createRoutes}. */
export interface RoutesOptions {
  /**
   * Returns the answer if something went wrong. By default the answer is a problem whose `title` is the error's code.
   * The answer also gets the cookies that were set before the error. To let your framework handle an error, throw it
   * again.
   */
  onError?: OnError | undefined
}

/** The routes of an application. */
export interface Routes {
  /** GET. Sends the browser to the login. After the login it comes back to `?returnTo=/path`. */
  login: Route
  /** GET. The `redirect_uri` of logins and of connect flows. */
  callback: Route
  /**
   * POST from a form of the application. The form has `connection`, and it may have `returnTo`, `scopes` (once or more)
   * and parameters for the provider such as `prompt` and `login_hint`. Sends the browser to the provider.
   */
  connect: Route
  /** POST from a form of the application, which may have `returnTo`. Ends the session here and at the tenant. */
  logout: Route
}

/**
 * Creates the routes for login, callback, connect and logout. `connect` and `logout` take only a POST from a page of
 * the application, so that no link and no other site can start them. A `returnTo` of another origin is refused with
 * 400.
 *
 * @throws {TypeError} if `server` is not a `ServerClient`.
 * @example
 * ```ts
 * const { login, callback, connect, logout } = createRoutes(server)
 *
 * export async function fetch(request: Request): Promise<Response> {
 *   const routes = new Map([
 *     ['/login', login],
 *     ['/callback', callback],
 *     ['/connect', connect],
 *     ['/logout', logout],
 *   ])
 *   const route = routes.get(new URL(request.url).pathname)
 *   return route ? route(request) : new Response('Not found', { status: 404 })
 * }
 * ```
 */
export function createRoutes(server: ServerClient, options: RoutesOptions = {}): Routes {
  return routesOf(contextOf(server), options)
}

/**
 * Creates the routes of a context. See {@link createRoutes}.
 *
 * @internal
 */
export function routesOf(context: Context, options: RoutesOptions): Routes {
  const { redirect_uri: redirectUri } = context.options.authorizationParams
  const { origin } = new URL(redirectUri)
  const { onError = errorResponse } = options
  const route = (method: RouteOptions['method'], work: RouteOptions['work']) =>
    createRoute({ method, origin, onError, work })
  return {
    login: route('GET', (store) => {
      const { searchParams } = new URL(store.request.url)
      const returnTo = checkReturnTo(searchParams.get('returnTo'), redirectUri)
      return startLogin(context, { appState: { returnTo } }, store)
    }),
    callback: route('GET', async (store) => {
      const returnTo = await completeFlow(context, store)
      return new URL(isReturnTo(returnTo, redirectUri) ? returnTo : '/', redirectUri).href
    }),
    connect: route('POST', async (store) => {
      const form = await readForm(store.request)
      return startConnectAccount(context, connectOptions(form), store)
    }),
    logout: route('POST', async (store) => {
      const form = await readForm(store.request)
      const returnTo = checkReturnTo(form.get('returnTo'), redirectUri)
      return logout(context, { returnTo: new URL(returnTo, redirectUri).href }, store)
    }),
  }
}

/** Completes the connect flow or the login that a callback belongs to, and returns its `returnTo`. */
async function completeFlow(context: Context, store: RouteStore): Promise<string> {
  const { url } = store.request
  if (isConnectCallback(url)) {
    const { returnTo = '/' } = await completeConnectAccount(context, url, store)
    return returnTo
  }
  const { appState } = await completeLogin(context, url, store)
  // The application may have started this login itself, with any state.
  const { returnTo }: { returnTo?: unknown } = { ...(typeof appState === 'object' && appState) }
  return typeof returnTo === 'string' ? returnTo : '/'
}

function checkReturnTo(returnTo: FormDataEntryValue | null, redirectUri: string): string {
  if (!returnTo) return '/'
  if (typeof returnTo === 'string' && isReturnTo(returnTo, redirectUri)) return returnTo
  throw new Refusal(400, {
    title: 'bad_return_to',
    detail: `returnTo must be a path, or a URL of ${new URL(redirectUri).origin}.`,
  })
}
