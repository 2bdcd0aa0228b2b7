import { isConnectCallback } from '@connected-accounts/client'
import { checkFunction, fitsReturnTo, isReturnTo } from '@connected-accounts/client/internal'
import { completeConnectAccount, startConnectAccount } from '../connect/connect-account.js'
import { type Context, contextOf } from '../context.js'
import { completeLogin, startLogin } from '../login/login.js'
import { logout } from '../login/logout.js'
import { refusePrefetch, refuseUnlessNavigation } from '../navigation/fetch-metadata.js'
import { type Place, returnToOf, returnUrl } from '../navigation/return-to.js'
import { refuseOtherOrigins } from '../navigation/same-origin.js'
import type { ServerClient } from '../server-client.js'
import type { RouteStore } from './answer-errors.js'
import { createAnswers, type OnError } from './answers.js'
import { connectOptions } from './connect-form.js'
import { eventsRouteOf } from './events/events-route.js'
import { createPlaces, type PlaceOf } from './paths.js'
import { Refusal, readForm } from './request-body.js'
import { createRoute, type Route, type RouteOptions } from './route.js'

/** Options of {@link createRoutes}. */
export interface RoutesOptions {
  /**
   * Returns the answer if something went wrong. By default, a person whose connect flow failed is taken back to `returnTo` with
   * the code in `?auth_error=`, and gets a page otherwise. A program gets a problem whose `title` is the code.
   *
   * The answer also gets the cookies that were set before the error, so return a `Response` for a redirect, or throw one. To let
   * your framework handle an error, throw it again. If the answer has cookies that must arrive, the framework does not see it.
   */
  onError?: OnError | undefined
  /**
   * The path that the application is mounted at, such as `/app`, if something before it removes this path from the URLs: the
   * `basePath` of Next.js, the `location` of a proxy, Hono's `mount`. The `redirect_uri`, which the browser sees, begins with it.
   *
   * A flow without a `returnTo` ends at this path. If the routes of `createHandler` are right beneath it, they alone are mounted
   * there, and the flow ends at `/`. Default: no path.
   */
  basePath?: string | undefined
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
  /**
   * GET from a page of the application. Tells the page what happens to the user's accounts (Server-Sent Events), with the `events` of
   * the `ServerClient`. Without them the answer is 404. The page uses `accountEvents` of
   * `@connected-accounts/react/events`, or `subscribeToAccountEvents` of `@connected-accounts/client/browser`.
   */
  events: Route
}

/**
 * Creates the routes for login, callback, connect, logout and events. `connect` and `logout` take only a POST from a page of
 * the application, so that no link and no other site can start them. A `returnTo` of another origin is refused with
 * 400.
 *
 * @throws {TypeError} if the `redirect_uri` does not begin with `basePath`, `server` is not a `ServerClient`, or `onError` is not a
 * function.
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
  const context = contextOf(server)
  return routesOf(context, options, createPlaces(context, options))
}

/**
 * Creates the routes of a context. See {@link createRoutes}.
 *
 * @internal
 */
export function routesOf(context: Context, { onError }: RoutesOptions, placeOf: PlaceOf): Routes {
  checkFunction(onError, 'onError')
  const answers = createAnswers(context, placeOf)
  const get = (refuse: RouteOptions['refuse'], work: RouteOptions['work']) =>
    createRoute({ method: 'GET', refuse, answers, onError, work })
  const post = (work: RouteOptions['work']) => {
    const refuse: RouteOptions['refuse'] = async (store) => {
      const { redirectUri } = await placeOf(store)
      return refuseOtherOrigins(store.request, new URL(redirectUri).origin)
    }
    return createRoute({ method: 'POST', refuse, answers, onError, work })
  }
  return {
    login: get(
      ({ request }) => refuseUnlessNavigation(request),
      async (store) => {
        const { searchParams } = new URL(store.request.url)
        const returnTo = checkReturnTo(searchParams.get('returnTo'), await placeOf(store))
        return startLogin(context, { appState: { returnTo } }, store)
      },
    ),
    callback: get(
      ({ request }) => refusePrefetch(request),
      async (store) => returnUrl(await completeFlow(context, store), await placeOf(store)),
    ),
    connect: post(async (store) => {
      const { home } = await placeOf(store)
      const form = await readForm(store.request)
      return startConnectAccount(context, connectOptions(form, home), store)
    }),
    logout: post(async (store) => {
      const place = await placeOf(store)
      const form = await readForm(store.request)
      const returnTo = checkReturnTo(form.get('returnTo'), place)
      return logout(context, { returnTo: new URL(returnTo, place.redirectUri).href }, store)
    }),
    events: eventsRouteOf(context),
  }
}

/** Completes the connect flow or the login that a callback belongs to, and returns its `returnTo`. */
async function completeFlow(context: Context, store: RouteStore): Promise<string | undefined> {
  const { url } = store.request
  if (isConnectCallback(url)) return (await completeConnectAccount(context, url, store)).returnTo
  return returnToOf((await completeLogin(context, url, store)).appState)
}

function checkReturnTo(returnTo: FormDataEntryValue | null, { redirectUri, home }: Place): string {
  if (!returnTo) return home
  const isText = typeof returnTo === 'string'
  if (isText && isReturnTo(returnTo, redirectUri) && fitsReturnTo(returnTo)) return returnTo
  throw new Refusal(400, {
    title: 'bad_return_to',
    detail: `returnTo must be a path, or a URL of ${new URL(redirectUri).origin}, with at most 512 bytes.`,
  })
}
