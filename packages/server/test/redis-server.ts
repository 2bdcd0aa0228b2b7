import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdtemp, rm } from 'node:fs/promises'
import { type AddressInfo, createConnection, createServer } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'

/** A new redis-server on a free port of the loopback address. */
export interface RedisServer {
  url: string
  /** Starts it again after it was stopped, with what it had: every write is on the disk before it is answered. */
  start(): Promise<void>
  /** Stops it, as a crash would. */
  stop(): Promise<void>
  /** Stops it and removes what it had. */
  close(): Promise<void>
}

/** Starts a redis-server. Throws where none is installed. */
export async function startRedis(): Promise<RedisServer> {
  const [port, directory] = [await freePort(), await mkdtemp(join(tmpdir(), 'redis-'))]
  let child: ChildProcess | undefined
  async function start(): Promise<void> {
    const settings = { port, bind: '127.0.0.1', dir: directory, save: '', appendonly: 'yes' }
    const options = Object.entries({ ...settings, appendfsync: 'always' })
    const args = options.flatMap(([name, value]) => [`--${name}`, String(value)])
    child = spawn('redis-server', args, { stdio: 'ignore' })
    const failed = once(child, 'error').then(([error]) => {
      throw new Error('redis-server does not start: apt-get install redis-server', { cause: error })
    })
    await Promise.race([failed, answers(port)])
    failed.catch(() => {})
  }
  async function stop(): Promise<void> {
    if (!child || child.exitCode !== null || child.signalCode) return
    child.kill('SIGKILL')
    await once(child, 'exit')
  }
  await start()
  return {
    url: `redis://127.0.0.1:${port}`,
    start,
    stop,
    async close() {
      await stop()
      await rm(directory, { recursive: true })
    },
  }
}

async function freePort(): Promise<number> {
  const server = createServer().listen(0, '127.0.0.1')
  await once(server, 'listening')
  const { port } = server.address() as AddressInfo // of a server that listens on TCP
  server.close()
  await once(server, 'close')
  return port
}

/** Resolves once the server has loaded its data and responds. */
async function answers(port: number): Promise<void> {
  for (;;) {
    const answer = await new Promise<string>((resolve) => {
      const socket = createConnection(port, '127.0.0.1', () => socket.write('PING\r\n'))
      socket.once('data', (bytes) => resolve(String(bytes)))
      socket.once('error', () => resolve(''))
      socket.once('close', () => resolve(''))
      socket.once('data', () => socket.destroy())
    })
    if (answer.startsWith('+PONG')) return
    await new Promise((resolve) => setTimeout(resolve, 20))
  }
}
