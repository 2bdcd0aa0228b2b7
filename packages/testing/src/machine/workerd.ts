import { spawn } from 'node:child_process'
import { createInterface } from 'node:readline'
import { fileURLToPath } from 'node:url'

const bin = fileURLToPath(new URL('../../../../node_modules/.bin/workerd', import.meta.url))

/** A workerd that listens. */
export interface Workerd {
  url: string
  stop(): void
}

/** Starts workerd with the `config.capnp` of a folder. Its socket must have port 0. */
export async function startWorkerd(folder: string): Promise<Workerd> {
  const workerd = spawn(bin, ['serve', '--control-fd=3', 'config.capnp'], {
    cwd: folder,
    stdio: ['ignore', 'inherit', 'inherit', 'pipe'],
  })
  const control = workerd.stdio[3]
  if (!control || !('readable' in control)) throw new Error('workerd has no control channel')
  for await (const line of createInterface({ input: control })) {
    const { event, port }: { event: string; port: number } = JSON.parse(line)
    if (event === 'listen') {
      return { url: `http://127.0.0.1:${port}`, stop: () => void workerd.kill() }
    }
  }
  throw new Error('workerd ended before it listened')
}
