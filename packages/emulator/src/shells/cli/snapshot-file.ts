import { accessSync, constants, existsSync, statSync } from 'node:fs'
import { open, readFile, realpath, rename, rm } from 'node:fs/promises'
import { dirname, resolve } from 'node:path'
import { readSnapshot } from '../../snapshot/read-snapshot.js'
import type { Snapshot } from '../../snapshot/snapshot.js'
import { credentialFlaw } from '../../tenant/client-credentials.js'

/** The files of `--import` and `--export-on-exit`. */
export interface SnapshotFiles {
  /** The file that the emulator starts from. */
  from?: string | undefined
  /** The file that it writes when it stops. */
  to?: string | undefined
}

/**
 * Reads the snapshot to start from, and checks that the other file can be written, so that nothing is lost when the emulator stops.
 * Returns undefined if there is none. If both are the same file, it may be missing: the first run then creates it.
 *
 * @throws {Error} if a file is wrong. The one-line message names the file, and the field if there is one.
 */
export async function openSnapshot({ from, to }: SnapshotFiles): Promise<Snapshot | undefined> {
  if (to !== undefined) checkTarget(to)
  if (from === undefined) return undefined
  if (existsSync(from)) return read(from)
  if (to !== undefined && resolve(from) === resolve(to)) return undefined
  throw new Error(`${from}: there is no such file`)
}

async function read(file: string): Promise<Snapshot> {
  try {
    const snapshot = JSON.parse(await readFile(file, 'utf8'))
    await readSnapshot(snapshot, credentialFlaw)
    return snapshot
  } catch (cause) {
    const [reason = ''] = messageOf(cause).split('\n')
    const what = cause instanceof SyntaxError ? `this is not JSON: ${reason}` : reason
    throw new Error(`${file}: ${what}`, { cause })
  }
}

function checkTarget(file: string): void {
  const directory = dirname(resolve(file))
  try {
    accessSync(directory, constants.W_OK)
  } catch (cause) {
    const message = `${file}: there is no directory ${directory} that the emulator can write to`
    throw new Error(message, { cause })
  }
  if (statSync(file, { throwIfNoEntry: false })?.isDirectory()) {
    throw new Error(`${file}: this is a directory, but --export-on-exit needs a file`)
  }
}

/**
 * Writes a snapshot to a file that only its owner can read. It writes a temporary file first and renames it, so that an export that
 * fails leaves the old file as it was.
 *
 * @throws {Error} if the file cannot be written. The message names it.
 */
export async function writeSnapshot(file: string, snapshot: Snapshot): Promise<void> {
  const target = await realpath(file).catch(() => resolve(file)) // keeps a symbolic link
  const temporary = `${target}.${process.pid}.tmp`
  try {
    const handle = await open(temporary, 'wx', 0o600)
    try {
      await handle.writeFile(`${JSON.stringify(snapshot, undefined, 2)}\n`)
      await handle.sync()
    } finally {
      await handle.close()
    }
    await rename(temporary, target)
  } catch (cause) {
    await rm(temporary, { force: true })
    throw new Error(`${file}: the export failed: ${messageOf(cause)}`, { cause })
  }
}

/** Returns how many users and connected accounts a snapshot has, for people. */
export function describeSnapshot(snapshot: Snapshot): string {
  const { tenant, connection_users, connected_accounts: accounts } = snapshot
  const users = tenant.users.length + connection_users.length
  return `users: ${users}, connected accounts: ${accounts.length}`
}

function messageOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error)
}
