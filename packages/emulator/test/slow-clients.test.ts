import { once } from 'node:events'
import { connect } from 'node:net'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { type HttpServer, listenOn } from '../src/http/server.js'
import { sendRaw } from './raw-http.js'

let server: HttpServer
let served = 0

beforeAll(async () => {
  const patience = { headers: 100, request: 200 }
  server = await listenOn({ host: 'localhost', port: 0, patience })
  server.serve(async (_request, response) => {
    served += 1
    response.writeHead(200).end()
  })
})
afterAll(() => server.close())

const head = 'POST / HTTP/1.1\r\nhost: localhost\r\n'

describe('A client that is too slow', () => {
  it.each([
    { name: 'with its request line', bytes: 'POS' },
    { name: 'with its headers', bytes: head },
    { name: 'with a body of known length', bytes: `${head}content-length: 9\r\n\r\nhalf` },
    { name: 'with its chunks', bytes: `${head}transfer-encoding: chunked\r\n\r\n4\r\nhalf\r\n` },
    {
      name: 'with a body that is refused already',
      bytes: `${head}content-length: 70000\r\n\r\nhalf`,
      statuses: [413, 408],
    },
  ])('$name is cut off: 408 (RFC 9110 §15.5.9)', async ({ bytes, statuses = [408] }) => {
    const before = served
    expect(await sendRaw(server.url, bytes)).toMatchObject({ statuses, wasReset: false })
    expect(served).toBe(before)
  })

  it('may take its time between two requests', async () => {
    const socket = connect(Number(new URL(server.url).port), '127.0.0.1')
    const send = async () => {
      socket.write(`${head}content-length: 0\r\n\r\n`)
      return String(await once(socket, 'data'))
    }
    expect(await send()).toContain('HTTP/1.1 200')
    await new Promise((resolve) => setTimeout(resolve, 250))
    expect(await send()).toContain('HTTP/1.1 200')
    socket.destroy()
  })
})

it('A block of headers of more than 16 KiB is refused: 431 (RFC 6585 §5)', async () => {
  const bytes = `${head}x: ${'x'.repeat(20_000)}\r\n\r\n`
  expect(await sendRaw(server.url, bytes)).toMatchObject({ statuses: [431] })
})
