import { isConnectCallback } from '@connected-accounts/client'
import { areScopes, isReturnTo } from '@connected-accounts/client/internal'
import { contextOf } from '../context.js'
import type { StoreOptions } from '../cookies/cookie-jar.js'
import { errorsPage } from '../errors.js'
import type { ServerClient } from '../server-client.js'
import { errorResponse, problemResponse } from './problem.js'
import { Refusal, readForm } from './request-body.js'
import { refuseOtherOrigins } from './same-origin.js'

/** A function of a request to its answer, as every framework takes one in some way. */
export type Route = (request: Request) => Promise<Response>

/** Options of {@link createRoutes}. */
export interface RoutesOptions {
  /**
   * Answers where something went wrong; by default a problem with the error's code as its `title`. Headers that a flow has
   * set already, such as cookies of an ended transaction, are added to the answer.
   */
  onError?: ((error: unknown, request: Request) => Response | Promise<Response>) | undefined
}

/** The routes of an application. */
export interface Routes {
  /** GET. Sends the browser to the login; `?returnTo=/path` is where it comes back to in the end. */
  login: Route
  /** GET. The `redirect_uri` of logins and of connect flows. */
  callback: Route
  /**
   * POST from a form of the application, with `connection` and perhaps `returnTo` and one or more `scopes`. Sends the
   * browser to the third party.
   */
  connect: Route
  /** POST from a form of the application, perhaps with `returnTo`. Ends the session here and at the tenant. */
  logout: Route
}

type Work = (store: StoreOptions & { request: Request }) => Promise<string>

/**
 * Makes the routes for login, callback, connect and logout. `connect` and `logout` take a POST from a page of the application
 * and nothing else, so that no link of others starts them. A `returnTo` that leads elsewhere, and scopes
 * that the contract refuses, are answered with 400.
 */
export function createRoutes(
  server: ServerClient,
  { onError = (error) => errorResponse(error) }: RoutesOptions = {},
): Routes {
  const { redirect_uri: redirectUri } = contextOf(server).options.authorizationParams
  const { origin } = new URL(redirectUri)
  const route =
    (method: 'GET' | 'POST', work: Work): Route =>
    async (request) => {
      if (request.method !== method) return wrongMethod(method)
      const refusal = method === 'POST' ? refuseOtherOrigins(request, origin) : undefined
      if (refusal) return refusal
      const { headers } = new Response()
      try {
        return redirect(await work({ request, response: { headers } }), headers)
      } catch (error) {
        if (error instanceof Refusal) return error.response
        return withHeaders(await onError(error, request), headers)
      }
    }
  return {
    login: route('GET', (store) => {
      const returnTo = checked(new URL(store.request.url).searchParams.get('returnTo'), redirectUri)
      return server.startInteractiveLogin({ appState: { returnTo } }, store)
    }),
    callback: route('GET', async (store) => {
      const { url } = store.request
      if (isConnectCallback(url)) {
        const { returnTo = '/' } = await server.completeConnectAccount(url, store)
        return new URL(returnTo, redirectUri).href
      }
      const { appState } = await server.completeInteractiveLogin(url, store)
      return new URL(returnToOf(appState, redirectUri), redirectUri).href
    }),
    connect: route('POST', async (store) => {
      const form = await readForm(store.request)
      const connection = form.get('connection')
      if (typeof connection !== 'string' || !connection) {
        throw new Refusal(400, 'missing_connection', 'connection is missing from the form.')
      }
      const scopes = form.getAll('scopes').map(String).filter(Boolean)
      if (scopes.length > 0 && !areScopes(scopes)) {
        const detail = 'scopes must be at most 100 different ones of at most 255 characters each.'
        throw new Refusal(400, 'bad_scopes', detail)
      }
      return server.startConnectAccount(
        {
          connection,
          returnTo: checked(form.get('returnTo'), redirectUri),
          ...(scopes.length > 0 && { scopes }),
        },
        store,
      )
    }),
    logout: route('POST', async (store) => {
      const form = await readForm(store.request)
      const returnTo = new URL(checked(form.get('returnTo'), redirectUri), redirectUri).href
      return server.logout({ returnTo }, store)
    }),
  }
}

function checked(returnTo: FormDataEntryValue | null, redirectUri: string): string {
  if (!returnTo) return '/'
  if (typeof returnTo === 'string' && isReturnTo(returnTo, redirectUri)) return returnTo
  throw new Refusal(
    400,
    'bad_return_to',
    'returnTo must be a path, or a URL of the origin of the redirect_uri.',
  )
}

/** What `login` kept; a login that something else started has its own state. */
function returnToOf(appState: unknown, redirectUri: string): string {
  const { returnTo }: { returnTo?: unknown } = { ...(typeof appState === 'object' && appState) }
  return typeof returnTo === 'string' && isReturnTo(returnTo, redirectUri) ? returnTo : '/'
}

function redirect(location: string, headers: Headers): Response {
  headers.set('location', location)
  headers.set('cache-control', 'no-store')
  return new Response(null, { status: 303, headers }) // a GET, whatever the method was (RFC 9110 §15.4.4)
}

function withHeaders(response: Response, more: Headers): Response {
  const headers = new Headers(response.headers)
  for (const [name, value] of more) headers.append(name, value)
  if (more.has('set-cookie')) headers.set('cache-control', 'no-store')
  return new Response(response.body, { status: response.status, headers })
}

function wrongMethod(method: string): Response {
  const problem = {
    type: errorsPage('wrong_method'),
    title: 'wrong_method',
    status: 405,
    detail: `This takes ${method} only.`,
  }
  return problemResponse(problem, new Headers({ allow: method }))
}
