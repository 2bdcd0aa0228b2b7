import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { join, parse } from 'node:path'
import { fileURLToPath } from 'node:url'
import { build } from 'tsup'

const running: ChildProcess[] = []

/**
 * Bundles a script for Node, with our packages as source, so that it needs no build.
 *
 * @param script A TypeScript file of a package, in any folder.
 * @param name The folder for the bundle, below the package's `node_modules/.cache/`.
 * @returns The path of the bundle.
 */
export async function buildCommand(script: URL, name: string): Promise<string> {
  const [root = ''] = /^.*\/packages\/[^/]+\//.exec(script.href) ?? []
  const outDir = fileURLToPath(`${root}node_modules/.cache/${name}`)
  await build({
    entry: [fileURLToPath(script)],
    outDir,
    format: 'esm',
    config: false,
    silent: true,
    skipNodeModulesBundle: true,
    noExternal: [/^@connected-accounts\//],
    // As the emulator's own build.
    loader: { '.css': 'text', '.client.js': 'text' },
    esbuildOptions: (options) => {
      options.conditions = ['@connected-accounts/source']
    },
  })
  return join(outDir, `${parse(script.pathname).name}.js`)
}

/** Kills every command that `run` has started. */
export function endCommands(): void {
  for (const child of running.splice(0)) child.kill('SIGKILL')
}

/** The exit code of a command that has ended, and its whole output. */
export interface Ended {
  code: number | null
  stdout: string
  stderr: string
}

/** A running command. */
export interface Running {
  child: ChildProcess
  /** Waits until the command has printed `count` lines, and returns all that it has printed. */
  lines(count: number): Promise<string[]>
  /** Waits until the command ends. */
  end(): Promise<Ended>
}

/** Starts a bundled command with arguments. */
export function run(file: string, args: string[]): Running {
  const child = spawn(process.execPath, [file, ...args])
  running.push(child)
  const output = { stdout: '', stderr: '' }
  child.stdout.on('data', (data) => {
    output.stdout += data
  })
  child.stderr.on('data', (data) => {
    output.stderr += data
  })
  const ended = once(child, 'close')
  const lines = async (count: number) => {
    while (output.stdout.split('\n').length <= count) {
      await Promise.race([once(child.stdout, 'data'), ended])
      if (child.exitCode !== null || child.signalCode !== null)
        throw new Error(`The command ended: ${output.stderr}`)
    }
    return output.stdout.trimEnd().split('\n')
  }
  return { child, lines, end: async () => ({ code: (await ended)[0], ...output }) }
}
