import { createServer, type IncomingMessage, request as send } from 'node:http'
import { type Duplex, duplexPair, Readable } from 'node:stream'
import { answer, type Handler, type HttpServer, nameOf } from './http-server.js'

/** A function like the global `fetch`, for the origins of one emulator. It follows no redirect. */
export type Fetch = (input: Request | string | URL, init?: RequestInit) => Promise<Response>

/** A server in this process alone: Node's own, its connections in memory. */
export interface InProcessServer {
  /** Rejects like the global `fetch`: with a `TypeError` where no answer comes, and for origins that are not the server's. */
  fetch: Fetch
  /** Ends open connections, too. */
  close(): void
}

/** Answers requests to `origins`. */
export function serveInProcess(handler: Handler, origins: readonly string[]): InProcessServer {
  const server = createServer((request, response) => answer(handler, request, response))
  // Node keeps account of connections for servers that listen only.
  const open = new Set<Duplex>()
  let isOpen = true
  const connect = (origin: string) => {
    const [near, far] = connection(origin.startsWith('https:'))
    open.add(far)
    far.once('close', () => open.delete(far))
    server.emit('connection', far)
    return near
  }
  return {
    async fetch(input, init) {
      const request = new Request(input, init)
      const { origin } = new URL(request.url)
      if (!isOpen) throw new TypeError(`The emulator at ${origin} is closed`)
      if (!origins.includes(origin)) {
        throw new TypeError(`This fetch reaches ${origins.join(' and ')}, but not ${origin}`)
      }
      return exchange(request, () => connect(origin))
    },
    close() {
      isOpen = false
      for (const far of open) far.destroy()
    },
  }
}

/** Where an emulator that does not listen says it is. Nobody reaches it there. */
export function unheardAt({ host, port, https }: Place): HttpServer {
  const urlOf = (name: string) => new URL(`${https ? 'https' : 'http'}://${name}:${port}`).origin
  return { url: urlOf(nameOf(host)), urlOf, serve() {}, close: async () => {} }
}

interface Place {
  host: string
  port: number
  https: boolean
}

// Of a pair, Node tells neither side of the other's end without a word, as it would of a socket.
function connection(encrypted: boolean): [near: Duplex, far: Duplex] {
  const [near, far] = duplexPair()
  const reset = Object.assign(new Error('The connection was reset'), { code: 'ECONNRESET' })
  far.once('close', () => near.destroyed || near.destroy(far.writableFinished ? undefined : reset))
  near.once('close', () => far.destroy())
  return [near, Object.assign(far, { encrypted })]
}

async function exchange(request: Request, createConnection: () => Duplex): Promise<Response> {
  const { method, signal } = request
  signal.throwIfAborted()
  const url = new URL(request.url)
  const body = Buffer.from(await request.arrayBuffer())
  const length = body.length > 0 || method === 'POST' ? { 'content-length': body.length } : {}
  const headers = { host: url.host, ...length, ...Object.fromEntries(request.headers) }
  const path = url.pathname + url.search
  return new Promise((resolve, reject) => {
    const sent = send({ createConnection, method, path, headers, signal })
    sent.once('response', (incoming) => resolve(responseOf(incoming)))
    sent.once('error', (cause) =>
      reject(signal.aborted ? signal.reason : new TypeError('fetch failed', { cause })),
    )
    sent.end(body)
  })
}

function responseOf(incoming: IncomingMessage): Response {
  const { statusCode: status = 0, rawHeaders } = incoming
  const headers = new Headers()
  for (let at = 0; at < rawHeaders.length; at += 2) {
    headers.append(rawHeaders[at] ?? '', rawHeaders[at + 1] ?? '')
  }
  // Fetch Standard §2.2.3: a null body status.
  const hasBody = ![204, 205, 304].includes(status)
  if (!hasBody) incoming.resume()
  const body = hasBody ? (Readable.toWeb(incoming) as ReadableStream<Uint8Array>) : null // Node's own type of the same stream
  return new Response(body, { status, headers })
}
