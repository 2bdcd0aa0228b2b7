import { execFile } from 'node:child_process'
import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { createRequire } from 'node:module'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { promisify } from 'node:util'

const run = promisify(execFile)

/** A directory of its own with packages as npm's registry has them. */
export interface NpmPackages {
  directory: string
  /** Loads one of them. */
  require: NodeJS.Require
  /** Deletes the directory. */
  remove(): Promise<void>
}

/** Installs these packages at exact versions, `{ '@auth0/ai': '5.1.1' }`, away from those of this repository. */
export async function installPackages(dependencies: Record<string, string>): Promise<NpmPackages> {
  const directory = await mkdtemp(join(tmpdir(), 'npm-packages-'))
  const project = JSON.stringify({ private: true, dependencies })
  await writeFile(join(directory, 'package.json'), project)
  const flags = ['--no-audit', '--no-fund']
  await run('npm', ['install', ...flags], { cwd: directory, timeout: 300_000 })
  return {
    directory,
    require: createRequire(join(directory, 'package.json')),
    remove: () => rm(directory, { recursive: true, force: true }),
  }
}
