import { once } from 'node:events'
import { createServer, type ServerResponse } from 'node:http'
import type { AccountEvent } from '@connected-accounts/client'
import { createEmulator, type Emulator } from '@connected-accounts/emulator'
import {
  createHandler,
  createLogStreamHandler,
  memoryEvents,
  ServerClient,
} from '@connected-accounts/server'
import { servePage } from '@connected-accounts/testing/application/page-server'
import { getRequestListener } from '@hono/node-server'

/** An application whose server has the session, with the page of `live/page.tsx`, beside an emulator that streams its log to it. */
export interface LiveApplication {
  emulator: Emulator
  origin: string
  publish: (event: AccountEvent) => Promise<void>
  /** The requests of pages for lists. */
  lists: string[]
  /** The statuses of the events route. */
  streams: number[]
  openStreams: () => number
  /** Cuts the open streams. Until `reconnect` the route answers with 503. */
  cut: () => void
  reconnect: () => void
  close: () => Promise<void>
}

const authorization = 'Bearer of-the-log-stream'

/** Starts the application. */
export async function startLiveApplication(): Promise<LiveApplication> {
  const http = createServer()
  await once(http.listen(0, 'localhost'), 'listening')
  const address = http.address()
  const port = typeof address === 'object' ? address?.port : undefined
  const origin = `http://localhost:${port}`
  const sink = { httpEndpoint: `${origin}/logs`, httpAuthorization: authorization }
  const log_streams = [{ name: 'accounts', type: 'http' as const, sink }] // a literal type
  const [emulator, page] = await Promise.all([
    createEmulator({ port: 0, tenant: { log_streams } }),
    servePage(new URL('live/page.tsx', import.meta.url)),
  ])
  const events = memoryEvents()
  const server = new ServerClient({
    domain: emulator.domain,
    ...emulator.clients.web,
    secret: 'a secret of more than thirty-two bytes',
    authorizationParams: { redirect_uri: `${origin}/auth/callback` },
    events,
  })
  const handler = createHandler(server)
  const logStream = createLogStreamHandler({
    authorization,
    onEvent: (event) => events.publish(event),
  })
  const lists: string[] = []
  const streams: number[] = []
  const open = new Set<ServerResponse>()
  let isCut = false

  const answer = async (request: Request) => {
    const { pathname } = new URL(request.url)
    if (pathname === '/logs') return logStream(request)
    if (!pathname.startsWith('/auth/')) return fetch(page.origin + pathname)
    if (pathname.startsWith('/auth/me/')) lists.push(pathname.replace(/.*\//, ''))
    if (pathname !== '/auth/events') return handler(request)
    const response = isCut ? new Response('', { status: 503 }) : await handler(request)
    streams.push(response.status)
    return response
  }
  const listener = getRequestListener(answer)
  http.on('request', (request, response) => {
    if (request.url === '/auth/events' && !isCut) {
      open.add(response)
      response.once('close', () => open.delete(response))
    }
    void listener(request, response)
  })
  return {
    emulator,
    origin,
    publish: events.publish,
    lists,
    streams,
    openStreams: () => [...open].filter(({ headersSent }) => headersSent).length,
    cut() {
      isCut = true
      for (const response of open) response.destroy()
    },
    reconnect() {
      isCut = false
    },
    async close() {
      http.closeAllConnections()
      http.close()
      await Promise.all([emulator.close(), page.close()])
    },
  }
}
