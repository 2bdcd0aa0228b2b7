import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { fileURLToPath } from 'node:url'

/** The demo in a new process, as `npm start` runs it. */
export interface DemoProcess {
  child: ChildProcess
  /** The address that the demo printed; empty if it printed none. */
  origin: string
  /** All that it printed so far. */
  output: { stdout: string; stderr: string }
  /** Ends the demo as Ctrl-C does. Returns its exit code. */
  interrupt(): Promise<number | null>
}

const START = fileURLToPath(new URL('../dist/start.js', import.meta.url))

/** Starts the demo on free ports, unless the environment says others, and waits until it has printed or ended. */
export async function startDemo(env: Record<string, string> = {}): Promise<DemoProcess> {
  const child = spawn(process.execPath, [START], {
    env: { PATH: process.env.PATH, PORT: '0', EMULATOR_PORT: '0', ...env },
  })
  const output = { stdout: '', stderr: '' }
  child.stdout.setEncoding('utf8').on('data', (text) => {
    output.stdout += text
  })
  child.stderr.setEncoding('utf8').on('data', (text) => {
    output.stderr += text
  })
  await Promise.race([once(child.stdout, 'data'), once(child, 'close')])
  return {
    child,
    output,
    origin: /http:\/\/\S+/.exec(output.stdout)?.[0] ?? '',
    async interrupt() {
      if (child.exitCode !== null) return child.exitCode
      const closed = once(child, 'close')
      child.kill('SIGINT')
      await closed
      return child.exitCode
    },
  }
}
