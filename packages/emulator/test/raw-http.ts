import { connect, type Socket } from 'node:net'

/** What came back over a socket until the other side closed it. */
export interface RawAnswer {
  /** The status codes of all responses, in order. */
  statuses: number[]
  text: string
  /** Whether the connection ended by a reset. */
  wasReset: boolean
}

/** Sends bytes as they are to the server at `url`, and then leaves the connection to it; `half` closes our side of it. */
export function sendRaw(
  url: string,
  bytes: string | Uint8Array,
  { half = false }: { half?: boolean } = {},
): Promise<RawAnswer> {
  const socket = connect(Number(new URL(url).port), '127.0.0.1')
  socket.write(bytes)
  if (half) socket.end()
  return answerOf(socket)
}

function answerOf(socket: Socket): Promise<RawAnswer> {
  const parts: Buffer[] = []
  let wasReset = false
  socket.on('data', (part) => parts.push(part))
  socket.on('error', () => {
    wasReset = true
  })
  return new Promise((resolve) => {
    socket.on('close', () => {
      const text = Buffer.concat(parts).toString('latin1')
      const statuses = [...text.matchAll(/^HTTP\/1\.1 (\d{3})/gm)].map(([, code]) => Number(code))
      resolve({ statuses, text, wasReset })
    })
  })
}
