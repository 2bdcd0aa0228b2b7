import type { IncomingMessage } from 'node:http'
import { Readable } from 'node:stream'
import { BodyTooLarge, MAX_BODY } from './body.js'

/** A Node request whose body has arrived. `@hono/node-server` reads `rawBody`, too. */
export type BufferedRequest = IncomingMessage & { rawBody: Buffer }

/**
 * Waits for the body of a request. Throws `BodyTooLarge`, without waiting if the content-length is too large. Also throws the error
 * that ended the connection before the body was complete.
 */
export async function bufferRequest(request: IncomingMessage): Promise<BufferedRequest> {
  if (Number(request.headers['content-length']) > MAX_BODY) throw new BodyTooLarge()
  // RFC 9112 §6.3: without these fields, a request has no body.
  const hasBody = 'content-length' in request.headers || 'transfer-encoding' in request.headers
  if (!hasBody) return Object.assign(request, { rawBody: Buffer.alloc(0) })
  const parts: Buffer[] = []
  let size = 0
  for await (const part of request.iterator({ destroyOnReturn: false })) {
    size += part.length
    if (size > MAX_BODY) throw new BodyTooLarge()
    parts.push(part)
  }
  return Object.assign(request, { rawBody: Buffer.concat(parts) })
}

/** Returns the request with another body and other headers, for a framework that reads the body from the stream. */
export function withBody(
  request: BufferedRequest,
  body: Buffer = request.rawBody,
  headers: Record<string, string> = {},
): BufferedRequest {
  const { socket, method, url, httpVersion, httpVersionMajor, httpVersionMinor } = request
  const fields = {
    socket,
    method,
    url,
    headers: { ...request.headers, ...headers, 'content-length': String(body.length) },
    httpVersion,
    httpVersionMajor,
    httpVersionMinor,
    rawBody: body,
  }
  Reflect.deleteProperty(fields.headers, 'transfer-encoding')
  // Koa reads only the stream and these fields. A new IncomingMessage would close the socket.
  const made: unknown = Object.assign(Readable.from([body]), fields)
  return made as BufferedRequest // see above
}
