import { type IncomingMessage, ServerResponse } from 'node:http'
import { Socket } from 'node:net'
import type { Duplex } from 'node:stream'
import { TLSSocket } from 'node:tls'
import { getRequestListener } from '@hono/node-server'
import { RESPONSE_ALREADY_SENT } from '@hono/node-server/utils/response'
import { addressOf, traceOf } from '../logs/trace.js'
import { ConnectionReset } from './connection-reset.js'
import type { Handler } from './server.js'

/** The options of `createListener`. */
export interface ListenerOptions {
  /** Whether the handler believes the `X-Forwarded-*` headers of a proxy. */
  trustProxy: boolean
  /** The host of requests that name none. */
  hostname: string
}

type Fetch = (request: Request, env: object) => Promise<Response>

/**
 * Creates the handler of a Node server from a `fetch`. It responds with 400 to request targets that two parts of a server could read
 * as two different paths. If `fetch` or the response's body throws `ConnectionReset`, it closes the connection.
 */
export function createListener(fetch: Fetch, { trustProxy, hostname }: ListenerOptions): Handler {
  const options = { overrideGlobalObjects: false, hostname }
  const listener = getRequestListener((request, env) => answer(fetch, request, env), options)
  return async (request, response) => {
    takeForwarded(request, trustProxy)
    takeOrigin(request)
    if (isAmbiguous(request)) return void response.writeHead(400).end()
    await listener(request, response)
  }
}

// Only a trusted proxy's `X-Forwarded-For` stays, and with it the host that the caller asked for. No other `X-Forwarded-*` stays.
function takeForwarded({ headers }: IncomingMessage, trustProxy: boolean): void {
  // The last value is the one that the proxy has added. The caller may have sent those before it.
  const host = String(headers['x-forwarded-host'] ?? '')
    .split(',')
    .at(-1)
    ?.trim()
  if (trustProxy && host) headers.host = host
  for (const name of Object.keys(headers)) {
    const isKept = trustProxy && name === 'x-forwarded-for'
    if (name.startsWith('x-forwarded-') && !isKept) delete headers[name]
  }
}

// RFC 9112 §3.2.2: if the target is an absolute URL, its origin replaces the `Host` header field.
function takeOrigin(request: IncomingMessage): void {
  if (request.url?.startsWith('/')) return
  const [, host, rest = ''] = /^https?:\/\/([^/?#]+)(.*)$/i.exec(request.url ?? '') ?? []
  if (host === undefined) return
  request.headers.host = host
  request.url = rest.startsWith('/') ? rest : `/${rest}`
}

// A URL parser would change the path: for `..` in any spelling, backslashes or a fragment.
function isAmbiguous({ url = '' }: IncomingMessage): boolean {
  const [path = ''] = url.split('?')
  // The parser needs an origin; any will do.
  const target = `http://localhost${path}`
  return !URL.canParse(target) || new URL(target).pathname !== path
}

async function answer(
  fetch: Fetch,
  request: Request,
  env: { outgoing: unknown },
): Promise<Response> {
  const { outgoing } = env
  if (!(outgoing instanceof ServerResponse)) return fetch(request, env)
  traceOf(request).ip = addressOf(outgoing.req)
  try {
    const response = await fetch(request, env)
    // oidc-provider sends its responses itself.
    if (!outgoing.headersSent) await send(response, outgoing)
  } catch (error) {
    if (!(error instanceof ConnectionReset)) throw error
    if (outgoing.socket) hangUp(outgoing.socket)
  }
  return RESPONSE_ALREADY_SENT
}

// Closes a connection without a response. Uses TCP's RST if the socket supports it; TLS and connections in memory do not.
function hangUp(socket: Duplex): void {
  if (socket instanceof Socket && !(socket instanceof TLSSocket)) socket.resetAndDestroy()
  else socket.destroy()
}

async function send(response: Response, outgoing: ServerResponse): Promise<void> {
  outgoing.statusCode = response.status
  outgoing.setHeaders(response.headers)
  // Only a body that a fault will truncate has a content-length.
  if (response.body && response.headers.has('content-length')) {
    await sendParts(response.body.getReader(), outgoing)
  } else outgoing.end(response.body && Buffer.from(await response.arrayBuffer()))
}

async function sendParts(
  reader: ReadableStreamDefaultReader<Uint8Array>,
  outgoing: ServerResponse,
): Promise<void> {
  for (let part = await reader.read(); part.value; part = await reader.read()) {
    outgoing.write(part.value)
  }
  outgoing.end()
}
