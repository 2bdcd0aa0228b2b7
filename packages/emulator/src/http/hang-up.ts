import { ServerResponse } from 'node:http'
import { Socket } from 'node:net'
import type { Duplex } from 'node:stream'
import { TLSSocket } from 'node:tls'
import { RESPONSE_ALREADY_SENT } from '@hono/node-server/utils/response'
import { addressOf, traceOf } from '../logs/trace.js'
import { ConnectionReset } from './connection-reset.js'

type Fetch = (request: Request, env: object) => Promise<Response>

/** Closes a connection without a response. Uses TCP's RST if the socket supports it; TLS and connections in memory do not. */
export function hangUp(socket: Duplex): void {
  if (socket instanceof Socket && !(socket instanceof TLSSocket)) socket.resetAndDestroy()
  else socket.destroy()
}

/** Wraps a `fetch` for a Node server. Closes the connection if `fetch` or the response's body throws `ConnectionReset`. */
export function withHangUp(fetch: Fetch) {
  return async (request: Request, env: { outgoing: unknown }): Promise<Response> => {
    const { outgoing } = env
    if (!(outgoing instanceof ServerResponse)) return fetch(request, env)
    traceOf(request).ip = addressOf(outgoing.req)
    try {
      const response = await fetch(request, env)
      // Only a body that a fault will truncate has a content-length.
      if (!response.body || !response.headers.has('content-length')) return response
      outgoing.writeHead(response.status, Object.fromEntries(response.headers))
      await send(response.body.getReader(), outgoing)
    } catch (error) {
      if (!(error instanceof ConnectionReset)) throw error
      if (outgoing.socket) hangUp(outgoing.socket)
    }
    return RESPONSE_ALREADY_SENT
  }
}

async function send(
  reader: ReadableStreamDefaultReader<Uint8Array>,
  outgoing: ServerResponse,
): Promise<void> {
  for (let part = await reader.read(); part.value; part = await reader.read()) {
    outgoing.write(part.value)
  }
  outgoing.end()
}
