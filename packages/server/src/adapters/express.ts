import type { IncomingMessage, ServerResponse } from 'node:http'
import { pipeline } from 'node:stream/promises'
import type { VerifiableRequest } from '../api/access-token-verifier.js'
import { contextOf } from '../context.js'
import type { StoreOptions } from '../cookies/cookie-jar.js'
import { type HandlerOptions, routerOf } from '../routes/handler.js'

import type { ServerClient } from '../server-client.js'

/** The part of Express's request that this package uses. */
export type ExpressRequest = IncomingMessage & { originalUrl: string }

/** A middleware of Express 5. */
export type ExpressHandler = (
  request: ExpressRequest,
  response: ServerResponse,
  next: (error?: unknown) => void,
) => Promise<void>

/**
 * Creates a middleware with the routes of `createHandler`. Every other path goes on to the next middleware. Use it
 * before any body parser. Its URLs have the origin of the `redirect_uri`, and it ignores `Host` and `X-Forwarded-*`, so
 * it needs no settings for proxies.
 *
 * @throws {TypeError} if the `redirect_uri` has no path or does not begin with `basePath`, or `server` is not a `ServerClient`.
 * @example
 * ```ts
 * const app = express()
 * app.use(createExpressHandler(server))
 * app.use(express.json())
 * ```
 */
export function createExpressHandler(
  server: ServerClient,
  options: HandlerOptions = {},
): ExpressHandler {
  const context = contextOf(server)
  const { findRoute } = routerOf(context, options)
  return async (request, response, next) => {
    // Other targets are a whole URL (RFC 9112 §3.2.2) or `*`.
    if (!request.originalUrl.startsWith('/')) return next()
    const { pathname, search } = new URL(`http://localhost${request.originalUrl}`)
    const store = { request: { headers: headersOf(request) }, response: { headers: new Headers() } }
    const route = await findRoute(pathname, store)
    if (!route) return next()
    if (UNSUPPORTED.includes(request.method ?? '')) return next()
    if (request.readableDidRead) return next(new Error(BODY_IS_READ))
    const { origin } = new URL(await context.redirectUriOf(store))
    const url = new URL(origin + pathname + search)
    await send(await route(toRequest(request, response, url)), response)
  }
}

/**
 * Returns what the methods of the server client take, for a route of Express. Cookies are set on `response` at once, so
 * call the server client before you send the answer.
 *
 * @example
 * ```ts
 * app.get('/user', async (req, res) => {
 *   const user = await server.getUser(storeOptions(req, res))
 *   res.json(user ?? null)
 * })
 * ```
 */
export function storeOptions(request: IncomingMessage, response: ServerResponse): StoreOptions {
  return {
    request: { headers: headersOf(request) },
    response: { headers: new ResponseHeaders(response) },
  }
}

/**
 * Returns what `verifyAccessToken` takes, for a route of Express.
 *
 * @example
 * ```ts
 * app.get('/events', async (req, res) => {
 *   const { sub } = await verifyAccessToken(webRequest(req))
 *   res.json({ sub })
 * })
 * ```
 */
export function webRequest(request: ExpressRequest): VerifiableRequest {
  const { method = 'GET', originalUrl: url } = request
  return { method, url, headers: headersOf(request) }
}

/** Methods that no `Request` can have (Fetch Standard §2.2.1). */
const UNSUPPORTED = ['CONNECT', 'TRACE', 'TRACK']

const BODY_IS_READ =
  'A body parser has already read the request. Use createExpressHandler() before express.json() and other body parsers.'

function headersOf({ headersDistinct }: IncomingMessage): Headers {
  const headers = new Headers()
  for (const [name, values = []] of Object.entries(headersDistinct)) {
    for (const value of values) headers.append(name, value)
  }
  return headers
}

function toRequest(request: IncomingMessage, response: ServerResponse, url: URL): Request {
  const left = new AbortController()
  response.once('close', () => left.abort())
  const hasBody = request.method !== 'GET' && request.method !== 'HEAD'
  return new Request(url, {
    method: request.method ?? 'GET',
    headers: headersOf(request),
    signal: left.signal,
    ...(hasBody && { body: bodyOf(request), duplex: 'half' }),
  })
}

/** Streams the body. Does not destroy a request that is not read to its end, because the answer needs the connection. */
function bodyOf(request: IncomingMessage): ReadableStream<Uint8Array> {
  const parts = request.iterator({ destroyOnReturn: false })
  return new ReadableStream({
    async pull(controller) {
      const { done, value } = await parts.next()
      if (done) controller.close()
      else controller.enqueue(value)
    },
  })
}

async function send({ status, headers, body }: Response, response: ServerResponse): Promise<void> {
  response.statusCode = status
  for (const [name, value] of headers) {
    // Express and other middleware may have set cookies before; every other header exists once.
    if (name === 'set-cookie') response.appendHeader(name, value)
    else response.setHeader(name, value)
  }
  try {
    await pipeline(body ?? [], response)
  } catch (error) {
    if (!hasLeft(error)) throw error
  }
}

/** True if a stream failed because the browser closed the connection, which is no error of the application. */
function hasLeft(error: unknown): boolean {
  return error instanceof Error && 'code' in error && error.code === 'ERR_STREAM_PREMATURE_CLOSE'
}

/** Headers that are those of an answer in Node. */
class ResponseHeaders extends Headers {
  readonly #response: ServerResponse

  constructor(response: ServerResponse) {
    super()
    this.#response = response
  }

  override append(name: string, value: string): void {
    this.#response.appendHeader(name, value)
  }

  override set(name: string, value: string): void {
    this.#response.setHeader(name, value)
  }

  override delete(name: string): void {
    this.#response.removeHeader(name)
  }

  override getSetCookie(): string[] {
    return [this.#response.getHeader('set-cookie') ?? []].flat().map(String)
  }
}
