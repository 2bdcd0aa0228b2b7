// The stores of the soak: how the servers of each are started, broken and repaired, and how a machine connects to it.
import { createKeyv } from '@keyv/redis'
import { Cluster } from 'ioredis'
import pg from 'pg'
import { createClient, createCluster } from 'redis'
import { postgresLock, postgresStore } from '../dist/postgres.js'
import { redisLock, redisStore } from '../dist/redis.js'
import { startPostgres } from '../test/postgres-server.ts'
import { startRedis, startRedisCluster } from '../test/redis-server.ts'

const ignore = () => {} // the soak breaks the connections

/**
 * Starts the servers. `address` is what a machine needs to connect. `kill` kills the server, or one master of the cluster, and
 * `recover` resolves when everything is back. While a cluster waits for the failover, requests may get an error with a code.
 */
export const starts = {
  keyv: () => startOne('keyv', startRedis),
  redis: () => startOne('redis', startRedis),
  postgres: () => startOne('postgres', startPostgres),
  async cluster() {
    const cluster = await startRedisCluster()
    let number = 0
    return {
      address: { kind: 'cluster', nodes: cluster.nodes },
      killed: 'a master',
      mayBeUnavailable: true,
      async kill() {
        number += 1 // keys of consecutive numbers are on different masters, mostly
        await cluster.killMasterOf(`${number}`)
      },
      async recover() {
        await cluster.failover()
        await cluster.startKilled()
      },
      close: cluster.close,
    }
  },
}

async function startOne(kind, start) {
  const server = await start()
  return {
    address: { kind, url: server.url },
    killed: 'the store',
    mayBeUnavailable: false,
    kill: server.stop,
    recover: server.start,
    close: server.close,
  }
}

/** Connects a machine. In a cluster, machines with an even number use node-redis and the others ioredis. */
export function connect({ kind, ...address }) {
  return connections[kind](address)
}

const connections = {
  async keyv({ url }) {
    const redis = await createClient({ url }).on('error', ignore).connect()
    const keyv = createKeyv(url, { throwOnErrors: true })
    keyv.on('error', ignore)
    const close = () => Promise.all([redis.close(), keyv.disconnect()])
    return { store: keyv, lock: redisLock(redis), close }
  },
  async redis({ url }) {
    const redis = await createClient({ url }).on('error', ignore).connect()
    return { store: redisStore(redis), lock: redisLock(redis), close: () => redis.close() }
  },
  async postgres({ url }) {
    const pool = new pg.Pool({ connectionString: url }).on('error', ignore)
    return { store: postgresStore(pool), lock: postgresLock(pool), close: () => pool.end() }
  },
  async cluster({ nodes }) {
    const isEven = Number(process.env.NUMBER) % 2 === 0
    const cluster = isEven ? await connectNodeRedis(nodes) : new Cluster(nodes).on('error', ignore)
    const close = () => (isEven ? cluster.close() : cluster.quit())
    return { store: redisStore(cluster), lock: redisLock(cluster), close }
  },
}

function connectNodeRedis(nodes) {
  const rootNodes = nodes.map(({ host, port }) => ({ url: `redis://${host}:${port}` }))
  const topologyRefreshOnReconnectionAttemptStrategy = 1000 // as docs/sessions.md says
  return createCluster({ rootNodes, topologyRefreshOnReconnectionAttemptStrategy })
    .on('error', ignore)
    .connect()
}
