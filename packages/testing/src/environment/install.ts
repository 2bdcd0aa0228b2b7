import { execFile, spawn } from 'node:child_process'
import { once } from 'node:events'
import { cp, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises'
import { createServer } from 'node:net'
import { tmpdir } from 'node:os'
import { basename, join } from 'node:path'
import { setTimeout } from 'node:timers/promises'
import { fileURLToPath } from 'node:url'
import { promisify } from 'node:util'

const execute = promisify(execFile)
const packages = fileURLToPath(new URL('../../../', import.meta.url))

/** Applications in a temporary folder, with their dependencies and with our packages as npm would publish them. */
export interface InstalledApplications {
  /** The folder that has one folder for each application. */
  directory: string
  /** Runs a command in an application's folder, and returns what it prints. If it fails, the error has its output. */
  run(name: string, command: string, args: string[], env?: Environment): Promise<string>
  /** Starts a command in an application's folder, with a free port in `PORT`, and waits until the port takes requests. */
  start(
    name: string,
    command: string,
    env: (origin: string) => Environment,
  ): Promise<RunningApplication>
  /** Deletes the folder. */
  remove(): Promise<void>
}

/** An application that is running. */
export interface RunningApplication {
  /** `http://localhost` with its port. */
  origin: string
  stop(): Promise<void>
}

type Environment = Record<string, string>

/**
 * Copies applications to a temporary folder, packs our packages, and installs both with npm. Needs the built packages.
 *
 * @param applications The folders, each with a `package.json` with exact versions. A folder's name is the application's.
 * @param ours The names of our packages that they use.
 * @param flags More flags for `npm install`.
 */
export async function installApplications(
  applications: readonly URL[],
  ours: readonly string[] = ['client', 'react', 'server'],
  flags: readonly string[] = [],
): Promise<InstalledApplications> {
  const directory = await mkdtemp(join(tmpdir(), 'applications-'))
  const tarballs = Object.fromEntries(await Promise.all(ours.map((name) => pack(name, directory))))
  const folders = applications.map((application) => fileURLToPath(application).replace(/\/$/, ''))
  for (const folder of folders) await copy(folder, join(directory, basename(folder)), tarballs)
  const workspaces = folders.map((folder) => basename(folder))
  await writeFile(join(directory, 'package.json'), JSON.stringify({ private: true, workspaces }))
  const args = ['install', '--no-audit', '--no-fund', '--prefer-offline', ...flags]
  await command(directory, 'npm', args, {})
  return {
    directory,
    run: (name, file, args, env = {}) => command(join(directory, name), file, args, env),
    start: (name, line, env) => start(join(directory, name), line, env),
    remove: () => rm(directory, { recursive: true, force: true }),
  }
}

async function pack(name: string, directory: string): Promise<[string, string]> {
  const args = ['pack', '--silent', '--pack-destination', directory]
  const { stdout } = await execute('npm', args, { cwd: join(packages, name) })
  return [`@connected-accounts/${name}`, `file:${join(directory, stdout.trim())}`]
}

async function copy(from: string, to: string, tarballs: Environment): Promise<void> {
  await cp(from, to, {
    recursive: true,
    filter: (path) => !/node_modules|dist|\.next$/.test(path.slice(packages.length)),
  })
  const file = join(to, 'package.json')
  const manifest = JSON.parse(await readFile(file, 'utf8'))
  const dependencies = { ...manifest.dependencies, ...tarballs }
  await writeFile(file, JSON.stringify({ ...manifest, dependencies }))
}

async function command(
  cwd: string,
  file: string,
  args: string[],
  env: Environment,
): Promise<string> {
  const options = { cwd, env: environment(env), timeout: 300_000 }
  try {
    const { stdout, stderr } = await execute(file, args, options)
    return stdout + stderr
  } catch (error) {
    const { stdout, stderr } = error as { stdout?: string; stderr?: string } // execFile's
    throw new Error(`"${file} ${args.join(' ')}" failed:\n${stdout}${stderr}`, { cause: error })
  }
}

// Without what vitest sets for its own modules.
function environment(more: Environment): NodeJS.ProcessEnv {
  const { NODE_ENV: _, VITEST: __, ...inherited } = process.env
  return { ...inherited, NEXT_TELEMETRY_DISABLED: '1', ...more }
}

async function start(
  cwd: string,
  line: string,
  env: (origin: string) => Environment,
): Promise<RunningApplication> {
  const port = await freePort()
  const origin = `http://localhost:${port}`
  const settings = environment({ PORT: String(port), ...env(origin) })
  const child = spawn(line, { cwd, env: settings, shell: true, detached: true, stdio: 'pipe' })
  const closed = once(child, 'close')
  let output = ''
  for (const stream of [child.stdout, child.stderr]) {
    stream.on('data', (text) => {
      output += text
    })
  }
  for (let answers = false; !answers; answers = await fetch(origin).then(Boolean, () => false)) {
    if (child.exitCode !== null) throw new Error(`"${line}" ended:\n${output}`)
    await setTimeout(100)
  }
  return {
    origin,
    async stop() {
      if (child.pid) process.kill(-child.pid) // with what it started
      await closed
    },
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
