import { createServer, type IncomingHttpHeaders } from 'node:http'
import type { AddressInfo } from 'node:net'
import { onTestFinished } from 'vitest'
import type { TenantLog } from '../src/index.js'

/** A request that a log stream has sent. */
export interface Delivery {
  headers: IncomingHttpHeaders
  body: string
  /** The status of the response. */
  status: number | 'nothing'
}

/** An event as a log stream sends it. */
export interface StreamedLog {
  log_id: string
  data: TenantLog
}

/**
 * Starts a receiver of a log stream. It responds with the statuses in their order, and with the last one from then on. It never
 * responds where there is `nothing`.
 */
export async function createLogReceiver(...statuses: (number | 'nothing')[]) {
  const deliveries: Delivery[] = []
  const server = createServer(async (request, response) => {
    const parts: Buffer[] = []
    for await (const part of request) parts.push(part)
    const status = (statuses.length > 1 ? statuses.shift() : statuses[0]) ?? 200
    deliveries.push({ headers: request.headers, body: Buffer.concat(parts).toString(), status })
    if (status !== 'nothing') response.writeHead(status, { location: '/elsewhere' }).end()
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  const { port } = server.address() as AddressInfo // of a server that listens on TCP
  onTestFinished(() => {
    server.closeAllConnections()
    server.close()
  })
  return {
    url: `http://127.0.0.1:${port}/logs`,
    deliveries,
    accepted: () => eventsOf(deliveries.filter(({ status }) => status === 200)),
    /** Accepts everything from now on. */
    recover: () => statuses.splice(0, statuses.length, 200),
  }
}

/** The events of deliveries in JSON lines. */
export function eventsOf(deliveries: readonly Delivery[]): StreamedLog[] {
  return deliveries.flatMap(({ body }) => body.split('\n').map((line) => JSON.parse(line)))
}
