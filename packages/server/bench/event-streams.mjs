// What open event streams cost, beside a bare Node server that writes the same bytes: memory, an event to each of them, and a
// minute in which nothing happens, with four heartbeats and one check of each session.  node bench/event-streams.mjs [streams]
import { fork } from 'node:child_process'
import { once } from 'node:events'
import { Agent, get } from 'node:http'
import { fileURLToPath } from 'node:url'

const STREAMS = Number(process.argv[2] ?? 1000)

const bare = await measure('bare')
const ours = await measure('ours')
console.log(`${STREAMS} open event streams on one process, Node ${process.versions.node}`)
show('memory of a stream, kB', (result) => result.memory / STREAMS / 1024)
show('an event to each of them, ms of processor time', ({ publish }) => publish / 1000)
show('a minute without events, ms of processor time', ({ idle }) => idle / 1000)

function show(what, of) {
  const ratio = of(ours) / of(bare)
  console.log(
    `${what}: ${of(ours).toFixed(1)}, bare ${of(bare).toFixed(1)}, ratio ${ratio.toFixed(2)}`,
  )
}

async function measure(mode) {
  const file = fileURLToPath(new URL('event-streams-server.mjs', import.meta.url))
  const server = fork(file, [mode, String(STREAMS)], { execArgv: ['--expose-gc'] })
  const ask = async (command) => {
    server.send(command)
    return (await once(server, 'message'))[0]
  }
  const [{ port, cookies }] = await once(server, 'message')
  const before = await ask('memory')
  const agent = new Agent({ maxSockets: STREAMS })
  const streams = await Promise.all(cookies.map((cookie) => open({ port, cookie, agent })))
  const memory = (await ask('memory')) - before
  const told = Promise.all(streams.map((stream) => once(stream, 'told')))
  const publish = await ask('publish')
  await told
  const idle = await ask('idle')
  agent.destroy()
  server.kill()
  return { memory, publish, idle }
}

/** Opens a stream, and resolves when its first message is there. It emits `told` at the first event. */
async function open({ port, cookie, agent }) {
  const headers = { cookie, 'sec-fetch-site': 'same-origin' }
  const request = get({ host: '127.0.0.1', port, path: '/auth/events', headers, agent })
  request.on('error', () => {})
  const [response] = await once(request, 'response')
  if (response.statusCode !== 200) throw new Error(`The route answered ${response.statusCode}`)
  response.on('error', () => {})
  response.on('data', (bytes) => {
    if (bytes.includes('event: account')) response.emit('told')
  })
  await once(response, 'data')
  return response
}
