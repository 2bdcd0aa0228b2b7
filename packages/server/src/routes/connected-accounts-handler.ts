import {
  createAuthorizedFetch,
  MyAccountApiError,
  type ProblemDetails,
} from '@connected-accounts/client'
import { revokeGrant } from '../accounts/revoke.js'
import { withSessionClient } from '../connect/session-client.js'
import { type Context, contextOf } from '../context.js'
import { errorsPage } from '../errors.js'
import { refuseOtherOrigins } from '../navigation/same-origin.js'
import type { ServerClient } from '../server-client.js'
import { getAccessToken } from '../tokens/access-token.js'
import { changeAccounts } from '../tokens/account-change.js'
import { answerErrors, type RouteStore } from './answer-errors.js'
import { problemAnswers } from './answers.js'
import { problemResponse } from './problem.js'
import { readBody } from './request-body.js'
import { type Route, refuseLongUrl } from './route.js'

/** Options of {@link createConnectedAccountsHandler}. */
export interface ConnectedAccountsHandlerOptions {
  /**
   * The path that replaces `https://{domain}/me/v1`, like `/api/me/v1`. If something before this function removes the beginning
   * of the path, such as the `basePath` of Next.js, leave that beginning out.
   */
  basePath: string
  /**
   * True to revoke the grant at the provider when an account is deleted, as `deleteConnectedAccount` does. If the user has several
   * accounts of the connection, nothing is revoked, because the request does not say which token to use. Default: false.
   */
  revoke?: boolean | undefined
}

const OPERATIONS = [
  { method: 'POST', path: /^\/connected-accounts\/(connect|complete)$/, verb: 'create' },
  { method: 'GET', path: /^\/connected-accounts\/(accounts|connections)$/, verb: 'read' },
  { method: 'DELETE', path: /^\/connected-accounts\/accounts\/[\w-]+$/, verb: 'delete' },
] as const

/**
 * Headers of the tenant's answer that the browser gets. Challenges, cookies and nonces are not among them, because
 * they are between this server and the tenant.
 */
const PASSED_ON = [
  'content-type',
  'retry-after',
  'x-ratelimit-limit',
  'x-ratelimit-remaining',
  'x-ratelimit-reset',
]

/**
 * Creates a function that serves the five operations of Connected Accounts under a path of the application, with the
 * tokens of the session. Use it with `createConnectedAccountsClient({ baseUrl })` in the browser.
 *
 * A POST or DELETE must come from a page of the application. Problems and rate limits of the tenant reach the browser.
 * If there is no session or no token, the answer is a problem whose `title` is the error's code. If something
 * other than JSON comes back, such as the HTML page of a proxy, the answer is a problem, too.
 *
 * @throws {TypeError} if `basePath` is not a path, or `server` is not a `ServerClient`.
 * @example
 * ```ts
 * // on the server
 * const accounts = createConnectedAccountsHandler(server, { basePath: '/api/me/v1' })
 * app.all('/api/me/v1/*', ({ req }) => accounts(req.raw))
 *
 * // in the browser
 * const client = createConnectedAccountsClient({ baseUrl: '/api/me/v1' })
 * ```
 */
export function createConnectedAccountsHandler(
  server: ServerClient,
  options: ConnectedAccountsHandlerOptions,
): Route {
  return accountsHandlerOf(contextOf(server), options)
}

/**
 * Creates the handler of a context. See {@link createConnectedAccountsHandler}.
 *
 * @throws {TypeError} if `basePath` is not a path.
 * @internal
 */
function accountsHandlerOf(
  context: Context,
  { basePath, revoke }: ConnectedAccountsHandlerOptions,
): Route {
  if (!/^\/[^/?#][^?#]*$/.test(basePath)) {
    throw new TypeError("basePath must be a path, like '/api/me/v1'.")
  }
  const base = basePath.replace(/\/+$/, '')
  const answer = operationsOf(context, { revoke })
  return async (request) => {
    const { pathname } = new URL(request.url)
    const isBelow = pathname.startsWith(`${base}/`)
    return isBelow ? answer(request, pathname.slice(base.length)) : notBelow(request, base)
  }
}

/**
 * Creates the function that carries out the operations of a context. Its second parameter is the path of the operation, beneath
 * `/me/v1`. It may end with a slash.
 *
 * @internal
 */
export function operationsOf(
  context: Context,
  { revoke = false }: Pick<ConnectedAccountsHandlerOptions, 'revoke'>,
): (request: Request, path: string) => Promise<Response> {
  return async (request, pathname) => {
    const path = pathname.replace(/\/$/, '')
    const operation = OPERATIONS.find((one) => one.method === request.method && one.path.test(path))
    if (!operation) return noSuchOperation(request)
    return answerErrors(request, { answers: problemAnswers }, async (store) => {
      const refusal = refuseLongUrl(request) ?? (await refuseForeignWrites(context, store))
      if (refusal) return problemResponse(refusal)
      const target = path + new URL(request.url).search
      const id = revoke && operation.verb === 'delete' ? path.split('/').at(-1) : undefined
      const scope = `${operation.verb}:me:connected_accounts`
      return forward(context, { target, scope, revokedId: id }, store)
    })
  }
}

async function refuseForeignWrites(
  context: Context,
  store: RouteStore,
): Promise<ProblemDetails | undefined> {
  if (store.request.method === 'GET') return undefined
  return refuseOtherOrigins(store.request, new URL(await context.redirectUriOf(store)).origin)
}

function notBelow({ method, url }: Request, base: string): Response {
  const { pathname } = new URL(url)
  return notFound(
    `${method} ${pathname} is not below '${base}', the basePath of createConnectedAccountsHandler. Pass the path as this handler ` +
      'sees it: something before it may have removed the beginning.',
  )
}

function noSuchOperation({ method, url }: Request): Response {
  const { pathname } = new URL(url)
  return notFound(`${method} ${pathname} is not one of the five operations of Connected Accounts.`)
}

function notFound(detail: string): Response {
  return problemResponse({ type: errorsPage('not_found'), title: 'not_found', status: 404, detail })
}

/** An operation to pass on. */
interface Forwarded {
  target: string
  scope: string
  /** The account whose grant is revoked before it is deleted. */
  revokedId: string | undefined
}

async function forward(
  context: Context,
  { target, scope, revokedId: id }: Forwarded,
  store: RouteStore,
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
  const init: RequestInit = { method, signal }
  if (method === 'POST') {
    init.body = await readBody(request)
    init.headers = { 'content-type': request.headers.get('content-type') ?? '' }
  }
  const work = async () => {
    if (id !== undefined) {
      await withSessionClient(context, store, (owner) => revokeGrant(context, owner, { id }))
    }
    return send(`${domain}/me/v1${target}`, init)
  }
  const answer = await (method === 'GET' ? work() : changeAccounts(context, session, work))
  return passOn(answer, response.headers)
}

async function passOn(answer: Response, headers: Headers): Promise<Response> {
  if (answer.body && !isJson(answer)) throw new MyAccountApiError(answer, await answer.text())
  for (const name of PASSED_ON) {
    const value = answer.headers.get(name)
    if (value !== null) headers.set(name, value)
  }
  headers.set('cache-control', 'no-store')
  return new Response(answer.body, { status: answer.status, headers })
}

/** True for `application/json` and `application/problem+json`, which no browser shows as a page of this origin. */
function isJson({ headers }: Response): boolean {
  return /^application\/([\w.-]+\+)?json *(;|$)/i.test(String(headers.get('content-type')))
}
