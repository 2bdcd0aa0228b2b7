import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { fileURLToPath } from 'node:url'
import { build } from 'tsup'

const path = (relative: string) => fileURLToPath(new URL(relative, import.meta.url))
const running: ChildProcess[] = []

/** Builds the command into a directory of this name, and says which file it is. */
export async function buildCommand(name: string): Promise<string> {
  const outDir = path(`../node_modules/.cache/${name}`)
  await build({
    entry: [path('../src/cli.ts')],
    outDir,
    format: 'esm',
    config: false,
    silent: true,
    skipNodeModulesBundle: true,
  })
  return `${outDir}/cli.js`
}

/** Ends what `run` has started. */
export function endCommands(): void {
  for (const child of running.splice(0)) child.kill('SIGKILL')
}

/** What a command has printed in the end, and its exit code. */
export interface Ended {
  code: number | null
  stdout: string
  stderr: string
}

/** A command that runs. */
export interface Running {
  child: ChildProcess
  /** Waits until it has printed so many lines. */
  lines(count: number): Promise<string[]>
  end(): Promise<Ended>
}

/** Runs the command. */
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
        throw new Error(`It ended: ${output.stderr}`)
    }
    return output.stdout.trimEnd().split('\n')
  }
  return { child, lines, end: async () => ({ code: (await ended)[0], ...output }) }
}
