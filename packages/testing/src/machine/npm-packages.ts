import { execFile } from 'node:child_process'
import { appendFile, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises'
import { createRequire } from 'node:module'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { promisify } from 'node:util'

const run = promisify(execFile)

/** A temporary directory with packages from npm's registry. */
export interface NpmPackages {
  directory: string
  /** Loads one of the packages. */
  require: NodeJS.Require
  /** Deletes the directory. */
  remove(): Promise<void>
}

/**
 * Installs packages outside this repository.
 *
 * @param dependencies Exact versions by name: `{ '@auth0/ai': '5.1.1' }`.
 */
export async function installPackages(dependencies: Record<string, string>): Promise<NpmPackages> {
  const directory = await mkdtemp(join(tmpdir(), 'npm-packages-'))
  const project = JSON.stringify({ private: true, dependencies })
  await writeFile(join(directory, 'package.json'), project)
  const flags = ['--no-audit', '--no-fund']
  await run('npm', ['install', ...flags], { cwd: directory, timeout: 300_000 })
  await tellVersions(directory, Object.keys(dependencies))
  return {
    directory,
    require: createRequire(join(directory, 'package.json')),
    remove: () => rm(directory, { recursive: true, force: true }),
  }
}

// `.ci/sdk-table.mjs` reads this file.
async function tellVersions(directory: string, names: string[]): Promise<void> {
  const { INSTALLED_VERSIONS: file } = process.env
  if (file === undefined) return
  for (const name of names) {
    const manifest = await readFile(join(directory, 'node_modules', name, 'package.json'), 'utf8')
    await appendFile(file, `${name} ${JSON.parse(manifest).version}\n`)
  }
}
