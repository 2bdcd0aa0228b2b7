import { type ChildProcess, execFile, spawn } from 'node:child_process'
import { once } from 'node:events'
import { cp } from 'node:fs/promises'
import { createServer } from 'node:net'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { promisify } from 'node:util'
import { sdkVersion } from '../machine/auth0-sdks.js'
import { installPackages } from '../machine/npm-packages.js'

const run = promisify(execFile)
const source = fileURLToPath(new URL('template', import.meta.url))

const versions = {
  '@auth0/nextjs-auth0': sdkVersion('@auth0/nextjs-auth0'),
  next: '16.4.6',
  react: '19.3.1',
  'react-dom': '19.3.1',
}

/** The Next.js application in `template/`, installed and built. */
export interface NextApp {
  /** Starts the application for a tenant and waits until it takes requests. `env` adds environment variables. */
  start(tenant: { domain: string }, env?: Record<string, string>): Promise<RunningNextApp>
  /** Deletes the application. */
  remove(): Promise<void>
}

/** The application, running in another process. */
export interface RunningNextApp {
  origin: string
  stop(): Promise<void>
}

/** Installs the application with nextjs-auth0 from npm and builds it. Takes about a minute. */
export async function buildNextApp(): Promise<NextApp> {
  const { directory: cwd, remove } = await installPackages(versions)
  await cp(source, cwd, { recursive: true })
  const next = join(cwd, 'node_modules/next/dist/bin/next')
  const env = environment({ AUTH0_DOMAIN: 'tenant.example', APP_BASE_URL: 'http://localhost' })
  await run(process.execPath, [next, 'build'], { cwd, env, timeout: 300_000 })
  return {
    async start({ domain }, more = {}) {
      const port = await freePort()
      const origin = `http://localhost:${port}`
      const env = environment({ AUTH0_DOMAIN: domain, APP_BASE_URL: origin, ...more })
      const args = [next, 'start', '--hostname', 'localhost', '--port', String(port)]
      const child = spawn(process.execPath, args, { cwd, env })
      await readiness(child)
      return { origin, stop: () => stop(child) }
    },
    remove,
  }
}

/** Returns the environment variables of nextjs-auth0 for the client `web` of the default tenant. */
function environment(more: Record<string, string>): NodeJS.ProcessEnv {
  const { PATH, HOME } = process.env
  return {
    ...{ PATH, HOME, NODE_ENV: 'production', NEXT_TELEMETRY_DISABLED: '1' },
    ...{ AUTH0_CLIENT_ID: 'web', AUTH0_CLIENT_SECRET: 'web-secret', AUTH0_SECRET: 'a'.repeat(64) },
    ...more,
  }
}

async function freePort(): Promise<number> {
  const server = createServer().listen(0, 'localhost')
  await once(server, 'listening')
  const address = server.address()
  server.close()
  if (typeof address !== 'object' || address === null) throw new Error('There is no free port')
  return address.port
}

/** Waits until the process prints that it is ready. If it ends first, the error has its output. */
function readiness(child: ChildProcess): Promise<void> {
  let said = ''
  return new Promise((resolve, reject) => {
    for (const stream of [child.stdout, child.stderr]) {
      stream?.setEncoding('utf8').on('data', (text) => {
        said += text
        if (said.includes('Ready')) resolve()
      })
    }
    child.once('close', () => reject(new Error(`next start ended: ${said}`)))
  })
}

async function stop(child: ChildProcess): Promise<void> {
  if (child.exitCode !== null || child.signalCode !== null) return
  const closed = once(child, 'close')
  child.kill()
  await closed
}
