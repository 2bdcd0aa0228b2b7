// Four processes and a plain round robin among those that listen.
import { fork } from 'node:child_process'
import { once } from 'node:events'
import { request } from 'node:http'
import { fileURLToPath } from 'node:url'

const COUNT = 4
const killed = new WeakSet()
const script = fileURLToPath(new URL('machine.mjs', import.meta.url))

/** Starts the machines, each with this environment. */
export async function startMachines(env) {
  const machines = Array.from({ length: COUNT }, (_, number) =>
    createMachine({ ...env, NUMBER: number }),
  )
  await Promise.all(machines.map((machine) => machine.start()))
  let turn = 0
  return {
    machines,
    /** Refreshes that are under way now, on all of them. */
    refreshing: () => machines.reduce((sum, machine) => sum + machine.state.refreshing, 0),
    /** Refreshes that ended after this time, on all of them. */
    refreshedSince: (time) =>
      machines.flatMap(({ state }) => state.ends).filter((end) => end >= time).length,
    /** Sends a GET to the next one that listens; gives `cutOff` where that one died before it answered. */
    async get(path, headers) {
      for (;;) {
        turn += 1
        const { state } = machines[turn % COUNT]
        const { port, child } = state
        if (port === undefined) {
          await new Promise((resolve) => setImmediate(resolve))
          continue
        }
        try {
          return await get(port, path, headers)
        } catch (error) {
          if (error.code === 'ECONNREFUSED') continue
          if (killed.has(child)) return { status: 'cutOff' }
          throw error
        }
      }
    },
    close: () => Promise.all(machines.map((machine) => machine.stop('SIGKILL'))),
  }
}

function createMachine(env) {
  const state = { port: undefined, child: undefined, refreshing: 0, ends: [] }
  return {
    state,
    async start() {
      state.refreshing = 0
      state.child = fork(script, { env: { ...process.env, ...env } })
      await new Promise((resolve) => {
        state.child.on('message', (message) => {
          if ('port' in message) state.port = message.port
          if (message.refreshing) state.refreshing += message.refreshing
          if (message.refreshing < 0) state.ends.push(Date.now())
          resolve()
        })
      })
    },
    /** Stops it; gives how many refreshes were under way when it went. */
    async stop(signal) {
      const gone = ['exit', 'disconnect'].map((event) => once(state.child, event))
      state.port = undefined // whoever stops it tells the round robin first
      if (signal === 'SIGKILL') killed.add(state.child)
      state.child.kill(signal)
      await Promise.all(gone)
      return state.refreshing
    },
  }
}

/** A GET on a connection of its own, as a proxy without keep-alive makes it. */
function get(port, path, headers) {
  return new Promise((resolve, reject) => {
    const sent = request({ host: '127.0.0.1', port, path, headers, agent: false }, (response) => {
      const parts = []
      response.on('data', (part) => parts.push(part))
      response.on('error', reject)
      response.on('end', () => {
        const { statusCode: status, headers: received } = response
        resolve({ status, headers: received, text: Buffer.concat(parts).toString() })
      })
    })
    sent.on('error', reject)
    sent.end()
  })
}
