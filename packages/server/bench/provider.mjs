// A provider's API, in a process of its own: it answers every request with a page of events.
import { createServer } from 'node:http'

const items = Array.from({ length: 5 }, (_, id) => ({ id: String(id), summary: 'An event' }))
const body = JSON.stringify({ kind: 'calendar#events', items })
const headers = { 'content-type': 'application/json' }
const server = createServer((_, response) => response.writeHead(200, headers).end(body))
server.listen(0, '127.0.0.1', () => process.send(`http://127.0.0.1:${server.address().port}`))
