import { createAuthorizedFetch } from '@connected-accounts/client'
import { type Context, contextOf } from '../context.js'
import type { StoreOptions } from '../cookies/cookie-jar.js'
import { errorsPage } from '../errors.js'
import type { ServerClient } from '../server-client.js'
import { getAccessToken } from '../tokens/access-token.js'
import { errorResponse, problemResponse } from './problem.js'
import { Refusal, readBody } from './request-body.js'
import { refuseOtherOrigins } from './same-origin.js'

/** Options of {@link createConnectedAccountsHandler}. */
export interface ConnectedAccountsHandlerOptions {
  /** The path that stands for `https://{domain}/me/v1`, like `/api/me/v1`. */
  basePath: string
}

const OPERATIONS = [
  { method: 'POST', path: /^\/connected-accounts\/(connect|complete)$/, verb: 'create' },
  { method: 'GET', path: /^\/connected-accounts\/(accounts|connections)$/, verb: 'read' },
  { method: 'DELETE', path: /^\/connected-accounts\/accounts\/[\w-]+$/, verb: 'delete' },
] as const

/** What of an answer goes on to the browser; never a challenge, a cookie or a nonce, which are between us and the tenant. */
const PASSED_ON = [
  'content-type',
  'retry-after',
  'x-ratelimit-limit',
  'x-ratelimit-remaining',
  'x-ratelimit-reset',
]

/**
 * Answers the five operations under a path of the application, with the tokens of the session, for a
 * `createConnectedAccountsClient({ baseUrl })` in the browser. What changes something has to come from a page of the
 * application. Problems and rate limits of the tenant are passed on; a missing session and tokens that cannot be had are
 * problems too, with the code as their `title`.
 */
export function createConnectedAccountsHandler(
  server: ServerClient,
  { basePath }: ConnectedAccountsHandlerOptions,
): (request: Request) => Promise<Response> {
  const context = contextOf(server)
  const { origin } = new URL(context.options.authorizationParams.redirect_uri)
  if (!/^\/[^/]/.test(basePath)) throw new TypeError("basePath must be a path, like '/api/me/v1'.")
  const base = basePath.replace(/\/+$/, '')
  return async (request) => {
    const { pathname, search } = new URL(request.url)
    const path = pathname.startsWith(`${base}/`) ? pathname.slice(base.length) : ''
    const operation = OPERATIONS.find((one) => one.method === request.method && one.path.test(path))
    if (!operation) return noSuchOperation(request.method, pathname)
    const refusal = request.method === 'GET' ? undefined : refuseOtherOrigins(request, origin)
    if (refusal) return refusal
    const store = { request, response: { headers: new Headers() } }
    try {
      const scope = `${operation.verb}:me:connected_accounts`
      return await forward(context, { target: path + search, scope }, store)
    } catch (error) {
      if (error instanceof Refusal) return error.response
      return errorResponse(error, store.response.headers)
    }
  }
}

function noSuchOperation(method: string, pathname: string): Response {
  return problemResponse({
    type: errorsPage('not_found'),
    title: 'not_found',
    status: 404,
    detail: `${method} ${pathname} is none of the five operations of Connected Accounts.`,
  })
}

async function forward(
  context: Context,
  { target, scope }: { target: string; scope: string },
  store: StoreOptions & { request: Request },
): Promise<Response> {
  const session = await context.needSession(store)
  const { domain } = session
  const { dpop } = await context.tenantAt(domain)
  const send = createAuthorizedFetch({
    accessToken: (wanted) => getAccessToken(context, wanted, store),
    dpop,
    audience: `${domain}/me/`,
    scope,
    allowedOrigins: [domain],
    fetch: context.options.fetch,
  })
  const { request, response } = store
  const { method, signal } = request
  const answer = await send(`${domain}/me/v1${target}`, {
    method,
    signal,
    ...(method === 'POST' && {
      body: await readBody(request),
      headers: { 'content-type': request.headers.get('content-type') ?? '' },
    }),
  })
  if (method !== 'GET' && answer.ok) await context.connectionTokens.clear(session)
  return passOn(answer, response.headers)
}

function passOn(answer: Response, headers: Headers): Response {
  for (const name of PASSED_ON) {
    const value = answer.headers.get(name)
    if (value !== null) headers.set(name, value)
  }
  headers.set('cache-control', 'no-store')
  return new Response(answer.body, { status: answer.status, headers })
}
