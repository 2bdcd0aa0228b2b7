import { execFile, spawn } from 'node:child_process'
import { once } from 'node:events'
import { cpSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout } from 'node:timers/promises'
import { fileURLToPath } from 'node:url'
import { promisify } from 'node:util'
import type { Emulator } from '@connected-accounts/emulator'

const run = promisify(execFile)
const packages = fileURLToPath(new URL('../..', import.meta.url))

/** The examples, in one folder with one install. */
export interface Examples {
  /** Type-checks and builds an example as its README says. */
  build(name: string): Promise<void>
  /** Starts an example for an emulator. */
  start(name: string, emulator: Emulator): Promise<RunningExample>
  remove(): void
}

/** An example that is running. */
export interface RunningExample {
  origin: string
  stop(): Promise<void>
}

/** Copies examples to a temporary folder and installs them with the packages as npm would publish them. */
export async function installExamples(names: readonly string[]): Promise<Examples> {
  const folder = mkdtempSync(join(tmpdir(), 'connected-accounts-'))
  const tarballs = await Promise.all(
    ['client', 'react', 'server'].map(async (name) => {
      const args = ['pack', '--silent', '--pack-destination', folder]
      const { stdout } = await run('npm', args, { cwd: join(packages, name) })
      return [`@connected-accounts/${name}`, `file:${join(folder, stdout.trim())}`]
    }),
  )
  for (const name of names) {
    const example = join(folder, name)
    cpSync(join(packages, 'server/examples', name), example, {
      recursive: true,
      filter: (path) => !/node_modules|dist|\.next$/.test(path.slice(packages.length)),
    })
    const file = join(example, 'package.json')
    const manifest = JSON.parse(readFileSync(file, 'utf8'))
    const dependencies = { ...manifest.dependencies, ...Object.fromEntries(tarballs) }
    writeFileSync(file, JSON.stringify({ ...manifest, dependencies }))
  }
  writeFileSync(join(folder, 'package.json'), JSON.stringify({ private: true, workspaces: names }))
  const flags = ['--no-audit', '--no-fund', '--prefer-offline']
  await run('npm', ['install', ...flags], { cwd: folder, timeout: 180_000 })
  return {
    async build(name) {
      await run('npm', ['run', 'build'], { cwd: join(folder, name), env: environment() })
    },
    start: (name, emulator) => start(join(folder, name), emulator),
    remove: () => rmSync(folder, { recursive: true, force: true }),
  }
}

/** Without what vitest sets for its own modules. */
function environment(): NodeJS.ProcessEnv {
  const { NODE_ENV: _, VITEST: __, ...inherited } = process.env
  return { ...inherited, NEXT_TELEMETRY_DISABLED: '1' }
}

async function start(cwd: string, { url, clients }: Emulator): Promise<RunningExample> {
  const port = await freePort()
  const origin = `http://localhost:${port}`
  const { clientId, clientSecret } = clients.web
  const env = {
    ...environment(),
    ...{ ORIGIN: origin, PORT: String(port), DOMAIN: url },
    ...{ CLIENT_ID: clientId, CLIENT_SECRET: clientSecret },
    CALENDAR_URL: `${url}/upstream/google-oauth2/calendar/v3`,
  }
  const child = spawn('npm', ['start'], { cwd, env, detached: true, stdio: 'pipe' })
  const closed = once(child, 'close')
  let output = ''
  for (const stream of [child.stdout, child.stderr]) {
    stream.on('data', (text) => {
      output += text
    })
  }
  for (let answers = false; !answers; answers = await fetch(origin).then(Boolean, () => false)) {
    if (child.exitCode !== null) throw new Error(output)
    await setTimeout(100)
  }
  return {
    origin,
    async stop() {
      if (child.pid) process.kill(-child.pid) // npm and what it started
      await closed
    },
  }
}

async function freePort(): Promise<number> {
  const server = createServer().listen(0, 'localhost')
  await once(server, 'listening')
  const { port } = server.address() as AddressInfo // a TCP server has no other
  server.close()
  return port
}
