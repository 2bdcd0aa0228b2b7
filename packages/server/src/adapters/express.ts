import type { IncomingMessage, ServerResponse } from 'node:http'
import { contextOf } from '../context.js'
import type { StoreOptions } from '../cookies/cookie-jar.js'
import { createRouter } from '../routes/handler.js'
import type { RoutesOptions } from '../routes/routes.js'
import type { ServerClient } from '../server-client.js'

/** What is used of Express's request. */
export type ExpressRequest = IncomingMessage & { originalUrl: string }

/** A middleware of Express 5. */
export type ExpressHandler = (
  request: ExpressRequest,
  response: ServerResponse,
  next: (error?: unknown) => void,
) => Promise<void>

/**
 * Makes a middleware of the routes of `createHandler`; what is none of them goes on to the next one. Use it before any body
 * parser. URLs have the origin of the `redirect_uri`, whatever `Host` and `X-Forwarded-*` say, so nothing has to be set for
 * proxies.
 */
export function createExpressHandler(
  server: ServerClient,
  options: RoutesOptions = {},
): ExpressHandler {
  const { origin } = new URL(contextOf(server).options.authorizationParams.redirect_uri)
  const findRoute = createRouter(server, options)
  return async (request, response, next) => {
    // Others have a whole URL (RFC 9112 §3.2.2) or `*`.
    if (!request.originalUrl.startsWith('/')) return next()
    const url = new URL(origin + request.originalUrl)
    const route = findRoute(url.pathname)
    if (!route) return next()
    if (request.readableDidRead) return next(new Error(BODY_IS_READ))
    await send(await route(toRequest(request, response, url)), response)
  }
}

/** What the methods of the server client take, in a route of Express. Cookies are set on its response at once. */
export function storeOptions(request: IncomingMessage, response: ServerResponse): StoreOptions {
  return {
    request: { headers: headersOf(request) },
    response: { headers: new AnswerHeaders(response) },
  }
}

const BODY_IS_READ =
  'A body parser has read the request: use createExpressHandler() before express.json() and the like.'

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

/** Left alone where it is not read to its end, so that the connection is there for the answer. */
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
  for (const [name, value] of headers) response.appendHeader(name, value)
  for await (const chunk of body ?? []) response.write(chunk)
  response.end()
}

/** Headers that are those of an answer in Node. */
class AnswerHeaders extends Headers {
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
