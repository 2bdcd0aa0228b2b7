import { buildCommand, endCommands, run } from '@connected-accounts/testing/machine/command'
import { afterEach, beforeAll, describe, expect, it } from 'vitest'

let file: string

beforeAll(async () => {
  file = await buildCommand(new URL('../src/shells/cli/main.ts', import.meta.url), 'cli-exec-test')
})
afterEach(endCommands)

/** Runs a script of Node by exec. */
const exec = (script: string, ...options: string[]) =>
  run(file, ['--port', '0', ...options, 'exec', '--', process.execPath, '-e', script])

const ask = `fetch(process.env.CONNECTED_ACCOUNTS_EMULATOR_URL + '/healthz').then(async (r) => console.log(r.url, r.status))`

describe('exec', () => {
  it('runs a command while the emulator runs, and prints only what the command prints', async () => {
    const { code, stdout, stderr } = await exec(ask).end()
    expect(stdout).toMatch(/^http:\/\/localhost:\d+\/healthz 200\n$/)
    expect([code, stderr]).toEqual([0, ''])
  })

  it('makes the command trust the certificate of --https', async () => {
    expect((await exec(ask, '--https').end()).stdout).toMatch(/^https:\S+ 200\n$/)
  })

  it('ends with the exit code of the command', async () => {
    expect((await exec('process.exit(7)').end()).code).toBe(7)
    expect((await exec("process.kill(process.pid, 'SIGKILL')").end()).code).toBe(137)
  })

  it('passes SIGTERM on to the command', async () => {
    const script = `process.on('SIGTERM', () => { console.log('asked to end'); process.exit(3) })
      console.log('ready')
      setInterval(() => undefined, 1000)`
    const { lines, child, end } = exec(script)
    await lines(1)
    child.kill('SIGTERM')
    expect(await end()).toMatchObject({ code: 3, stdout: 'ready\nasked to end\n' })
  })

  it('says if there is no such command, if it is missing, and what is meant in its place', async () => {
    const missing = await run(file, ['--port', '0', 'exec', '--', 'no-such-command']).end()
    expect(missing).toMatchObject({ code: 127, stderr: expect.stringContaining('no-such-command') })
    const none = await run(file, ['exec']).end()
    expect(none).toMatchObject({ code: 2, stderr: expect.stringContaining('exec -- npm test') })
    const other = await run(file, ['start']).end()
    expect(other).toMatchObject({ code: 2, stderr: expect.stringContaining("argument 'start'") })
  })
})
