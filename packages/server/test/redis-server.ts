import { type ChildProcess, execFile, spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdtemp, rm } from 'node:fs/promises'
import { type AddressInfo, createConnection, createServer } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout } from 'node:timers/promises'
import { promisify } from 'node:util'

/** A new redis-server on a free port of the loopback address. */
export interface RedisServer {
  url: string
  port: number
  /** Starts it again after it was stopped, with what it had: every write is on the disk before it is answered. */
  start(): Promise<void>
  /** Stops it, as a crash would. */
  stop(): Promise<void>
  /** Stops it and removes what it had. */
  close(): Promise<void>
}

/** Three masters and three replicas on the loopback address. */
export interface RedisCluster {
  nodes: { host: string; port: number }[]
  /** Kills the master that has a key. Its replica takes over after a while. */
  killMasterOf(key: string): Promise<void>
  /** Resolves when a replica has taken over from the killed master. */
  failover(): Promise<void>
  /** Starts the killed node again. Resolves when it has caught up with the new master. */
  startKilled(): Promise<void>
  /** Runs a command on each replica and returns the replies. */
  askReplicas(...command: string[]): Promise<string[]>
  /** Stops the nodes and removes what they had. */
  close(): Promise<void>
}

/** After how many milliseconds without a response the nodes replace a master. */
const NODE_TIMEOUT = 1000

/**
 * Starts a redis-server.
 *
 * @param settings - Directives of redis.conf.
 * @throws {Error} if redis-server is not installed.
 */
export async function startRedis(settings: Record<string, string> = {}): Promise<RedisServer> {
  const [port, directory] = [await freePort(), await mkdtemp(join(tmpdir(), 'redis-'))]
  let child: ChildProcess | undefined
  async function start(): Promise<void> {
    const ours = { port, bind: '127.0.0.1', dir: directory, save: '', appendonly: 'yes' }
    const options = { ...ours, appendfsync: 'always', ...settings }
    const args = Object.entries(options).flatMap(([name, value]) => [`--${name}`, String(value)])
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
    port,
    start,
    stop,
    async close() {
      await stop()
      await rm(directory, { recursive: true })
    },
  }
}

/**
 * Starts a Redis Cluster.
 *
 * @throws {Error} if redis-server or redis-cli is not installed.
 */
export async function startRedisCluster(): Promise<RedisCluster> {
  const settings = { 'cluster-enabled': 'yes', 'cluster-node-timeout': String(NODE_TIMEOUT) }
  const servers = await Promise.all(Array.from({ length: 6 }, () => startRedis(settings)))
  const addresses = servers.map(({ port }) => `127.0.0.1:${port}`)
  await redisCli('--cluster', 'create', ...addresses, '--cluster-replicas', '1', '--cluster-yes')
  let killed: { server: RedisServer; key: string } | undefined
  const living = () => servers.filter((server) => server !== killed?.server)
  await until(() => isComplete(servers))
  return {
    nodes: servers.map(({ port }) => ({ host: '127.0.0.1', port })),
    async killMasterOf(key) {
      const port = await masterOf(key, servers)
      const server = servers.find((each) => each.port === port)
      if (!server || killed) throw new Error('No master has this key, or one is dead already')
      killed = { server, key }
      await server.stop()
    },
    async failover() {
      const { server, key = '' } = killed ?? {}
      await until(async () => (await masterOf(key, living())) !== server?.port)
      await until(() => isHealthy(living()))
    },
    async startKilled() {
      await killed?.server.start()
      killed = undefined
      await until(() => isComplete(servers))
    },
    async askReplicas(...command) {
      const roles = await askAll(living(), 'ROLE')
      const replicas = living().filter((_, number) => roles[number]?.startsWith('slave'))
      return askAll(replicas, ...command)
    },
    close: async () => void (await Promise.all(servers.map((server) => server.close()))),
  }
}

async function redisCli(...args: string[]): Promise<string> {
  return (await promisify(execFile)('redis-cli', args)).stdout
}

function askAll(servers: RedisServer[], ...command: string[]): Promise<string[]> {
  return Promise.all(servers.map(({ port }) => redisCli('-p', String(port), ...command)))
}

/** Returns the port of the master that has a key. Undefined if the first of these servers knows none. */
async function masterOf(key: string, servers: RedisServer[]): Promise<number | undefined> {
  const [slot] = await askAll(servers.slice(0, 1), 'CLUSTER', 'KEYSLOT', key)
  const [nodes = ''] = await askAll(servers.slice(0, 1), 'CLUSTER', 'NODES')
  // One line for each node: id, host:port@bus, flags, five more fields, and ranges of slots such as 0-5460.
  for (const [, address, flags, , , , , , ...ranges] of nodes.split('\n').map(words)) {
    if (!flags?.includes('master') || flags.includes('fail')) continue
    const isIn = ranges.some((range) => {
      const [first = -1, last = first] = range.split('-').map(Number)
      return first <= Number(slot) && Number(slot) <= last
    })
    if (isIn) return Number(address?.match(/:(\d+)@/)?.[1])
  }
  return undefined
}

const words = (line: string): string[] => line.split(' ')

/** True if all of these servers know a master for every slot. */
async function isHealthy(servers: RedisServer[]): Promise<boolean> {
  const answers = await askAll(servers, 'CLUSTER', 'INFO')
  return answers.every((answer) => answer.includes('cluster_state:ok'))
}

/** True if every replica has caught up with its master, too. */
async function isComplete(servers: RedisServer[]): Promise<boolean> {
  const answers = await askAll(servers, 'INFO', 'replication')
  const caughtUp = answers.filter((answer) => answer.includes('master_link_status:up'))
  return caughtUp.length === 3 && isHealthy(servers)
}

async function until(isTrue: () => Promise<boolean>): Promise<void> {
  while (!(await isTrue())) await setTimeout(50)
}

/** Returns a port whose bus port, the port plus 10,000, exists too. */
async function freePort(): Promise<number> {
  const server = createServer().listen(0, '127.0.0.1')
  await once(server, 'listening')
  const { port } = server.address() as AddressInfo // of a server that listens on TCP
  server.close()
  await once(server, 'close')
  return port < 55_000 ? port : freePort()
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
    await setTimeout(20)
  }
}
