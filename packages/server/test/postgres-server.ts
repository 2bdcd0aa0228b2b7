import { type ChildProcess, execFile, execFileSync, spawn } from 'node:child_process'
import { once } from 'node:events'
import { chownSync, globSync, realpathSync } from 'node:fs'
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { setTimeout } from 'node:timers/promises'
import { promisify } from 'node:util'

/** A new Postgres on a socket in a new directory. */
export interface PostgresServer {
  url: string
  /** Starts it again after it was stopped, with what it had. */
  start(): Promise<void>
  /** Stops it, as a crash would. */
  stop(): Promise<void>
  /** Stops it and removes what it had. */
  close(): Promise<void>
}

/**
 * Starts a Postgres, and creates the table of `postgresStore` in it.
 *
 * @throws {Error} if Postgres is not installed.
 */
export async function startPostgres(): Promise<PostgresServer> {
  const bin = findPrograms()
  const cwd = await mkdtemp(join(tmpdir(), 'postgres-'))
  const data = join(cwd, 'data')
  const options = { cwd, ...unprivileged(cwd) }
  const run = promisify(execFile)
  await run(join(bin, 'initdb'), ['-D', data, '-A', 'trust', '-U', 'postgres', '-N'], options)
  let child: ChildProcess | undefined
  async function start(): Promise<void> {
    const args = ['-D', data, '-k', cwd, '-c', 'listen_addresses=']
    child = spawn(join(bin, 'postgres'), args, { ...options, stdio: 'ignore' })
    const isReady = () => run(join(bin, 'pg_isready'), ['-h', cwd]).then(Boolean, () => false)
    while (!(await isReady())) {
      if (child.exitCode !== null) throw new Error('Postgres does not start')
      await setTimeout(50)
    }
  }
  async function stop(): Promise<void> {
    if (!child || child.exitCode !== null || child.signalCode) return
    child.kill('SIGQUIT') // ends its other processes too, without a checkpoint: the next start recovers from the log
    await once(child, 'exit')
  }
  await start()
  const table =
    'CREATE TABLE connected_accounts (key text PRIMARY KEY, value text NOT NULL, expires_at timestamptz NOT NULL);' +
    'CREATE INDEX ON connected_accounts (expires_at)'
  await run(join(bin, 'psql'), ['-h', cwd, '-U', 'postgres', '-c', table])
  return {
    url: `postgresql:///postgres?host=${cwd}&user=postgres`,
    start,
    stop,
    async close() {
      await stop()
      await rm(cwd, { recursive: true })
    },
  }
}

/** Returns the directory of Postgres's programs. Debian does not put all of them on the PATH. */
function findPrograms(): string {
  const places = [...(process.env.PATH ?? '').split(':'), '/usr/lib/postgresql/*/bin']
  const [program] = places.flatMap((place) => globSync(join(place, 'pg_ctl')))
  if (program) return dirname(realpathSync(program))
  throw new Error('Postgres is not installed: apt-get install postgresql')
}

/** Makes the user postgres the owner of a directory, and returns the ids to run as, because Postgres refuses to run as root. */
function unprivileged(directory: string): { uid?: number; gid?: number } {
  if (process.getuid?.() !== 0) return {}
  const [uid = 0, gid = 0] = ['-u', '-g'].map((option) =>
    Number(execFileSync('id', [option, 'postgres'])),
  )
  chownSync(directory, uid, gid)
  return { uid, gid }
}
