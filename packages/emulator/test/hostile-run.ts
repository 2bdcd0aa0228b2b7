import { once } from 'node:events'
import { Agent, type IncomingMessage, request } from 'node:http'
import { text } from 'node:stream/consumers'
import fc from 'fast-check'
import type { HostileRequest } from './hostile-wire.js'
import type { HostileWorld } from './hostile-world.js'
import { sendRaw } from './raw-http.js'

/** The status of the paths that Auth0 has and the emulator has not. */
const NOT_EMULATED = 501

/** How many requests, and the seed of a run that failed, with which it fails again. */
export interface HostileRun {
  numRuns: number
  seed?: number
}

/** Sends random requests over HTTP. Throws, with the seed, at the first that is answered as if the emulator had failed. */
export async function sendHostileRequests(
  world: HostileWorld,
  requests: fc.Arbitrary<HostileRequest>,
  run: HostileRun,
): Promise<void> {
  const agent = new Agent({ keepAlive: true, maxSockets: 1 })
  const property = fc.asyncProperty(requests, async (hostile) => {
    const { status, body } = await send(world, agent, hostile)
    if ((status >= 500 && status !== NOT_EMULATED) || /\.[jt]s:\d+/.test(body))
      throw new Error(`${status} ${body}`)
    // Else a fault that was asked for would befall a later one.
    if (hostile.target.startsWith('/_emulator/') && status < 300) world.emulator.reset()
  })
  try {
    await fc.assert(property, run)
  } finally {
    agent.destroy()
  }
}

async function send(
  { emulator, keyPair }: HostileWorld,
  agent: Agent,
  { method, target, headers, body, proof }: HostileRequest,
): Promise<{ status: number; body: string }> {
  const dpop = proof === undefined ? undefined : await sign(proof, keyPair.privateKey)
  const all = {
    ...headers,
    ...(dpop !== undefined && { dpop }),
    // Node would not say how long the body of a GET is, and the next request would begin in it.
    ...(body !== undefined && { 'content-length': Buffer.byteLength(body) }),
  }
  const { hostname, port } = new URL(emulator.url)
  const sent = request({ hostname, port, path: target, method, headers: all, agent })
  const answered = once(sent, 'response')
  sent.end(body)
  const [response]: IncomingMessage[] = await answered
  if (!response) throw new Error('There is no response')
  return { status: response.statusCode ?? 0, body: await text(response) }
}

// By hand, for a library would not sign under a header that is wrong.
async function sign(proof: unknown, key: CryptoKey): Promise<string> {
  const { header, claims } = Object(proof)
  const encode = (value: unknown) =>
    Buffer.from(JSON.stringify(value) ?? '')
      .toString('base64url')
      .slice(0, 2000)
  const input = `${encode(header)}.${encode(claims)}`
  const algorithm = { name: 'ECDSA', hash: 'SHA-256' }
  const signature = await crypto.subtle.sign(algorithm, key, new TextEncoder().encode(input))
  return `${input}.${Buffer.from(signature).toString('base64url')}`
}

const starts = [
  'GET / HTTP/1.1\r\nhost: localhost\r\n\r\n',
  'GET /me/v1/connected-accounts/accounts HTTP/1.1\r\nhost: localhost\r\n\r\n',
  'POST /oauth/token HTTP/1.1\r\nhost: localhost\r\ntransfer-encoding: chunked\r\n\r\n5\r\nhello\r\n0\r\n\r\n',
  'POST /oauth/token HTTP/1.1\r\nhost: localhost\r\ncontent-length: 5\r\n\r\nhello',
  'POST /_emulator/clock HTTP/1.1\r\nhost: localhost\r\ncontent-length: 2\r\n\r\n{}',
  'OPTIONS * HTTP/1.1\r\nhost: localhost\r\n\r\n',
  'GET / HTTP/1.0\r\n\r\n',
  'GET /authorize HTTP/1.1\r\nhost: localhost\r\nupgrade: websocket\r\nconnection: upgrade\r\n\r\n',
  'PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n',
  'CONNECT localhost:80 HTTP/1.1\r\nhost: localhost\r\n\r\n',
  '\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03',
]

const fragments = [
  'host: localhost\r\n',
  'content-length: 5\r\n',
  'content-length: -1\r\n',
  'transfer-encoding: chunked\r\n',
  'transfer-encoding: chunked, gzip\r\n',
  'expect: 100-continue\r\n',
  'fffffffffffffffff\r\n',
  '5;x=y\r\nhello\r\n',
  '0\r\nx: y\r\n\r\n',
  '\r\n\r\n',
  '\0',
  'x: y\r\n'.repeat(300),
  `x: ${'y'.repeat(20_000)}\r\n`,
]

const latin1 = (text: string) => Buffer.from(text, 'latin1')

/** Bytes as no client sends them: requests one behind the other, cut off, with pieces in the wrong places. */
const hostileBytes: fc.Arbitrary<Buffer> = fc
  .array(
    fc.oneof(
      { weight: 4, arbitrary: fc.constantFrom(...starts).map(latin1) },
      {
        weight: 2,
        arbitrary: fc
          .tuple(fc.constantFrom(...starts), fc.constantFrom(...fragments), fc.nat(200))
          .map(spliced),
      },
      {
        weight: 1,
        arbitrary: fc
          .tuple(fc.constantFrom(...starts), fc.nat(200))
          .map(([start, end]) => latin1(start.slice(0, end))),
      },
      { weight: 1, arbitrary: fc.constantFrom(...fragments).map(latin1) },
      {
        weight: 1,
        arbitrary: fc.uint8Array({ maxLength: 200 }).map((bytes) => Buffer.from(bytes)),
      },
    ),
    { minLength: 1, maxLength: 6 },
  )
  .map((parts) => Buffer.concat(parts))

function spliced([start, fragment, at]: [string, string, number]): Buffer {
  return latin1(start.slice(0, at) + fragment + start.slice(at))
}

/** Sends random bytes over sockets, half of which are closed at once. Throws, with the seed, at the first 5xx. */
export async function sendHostileBytes({ emulator }: HostileWorld, run: HostileRun): Promise<void> {
  const property = fc.asyncProperty(hostileBytes, async (bytes) => {
    const { statuses, text } = await sendRaw(emulator.url, bytes, { half: true })
    if (statuses.some((status) => status >= 500 && status !== NOT_EMULATED)) throw new Error(text)
  })
  await fc.assert(property, run)
}
