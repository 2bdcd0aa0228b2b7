import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { stat } from 'node:fs/promises'
import { createServer } from 'node:net'
import { fileURLToPath } from 'node:url'
import { build } from 'tsup'
import { afterEach, beforeAll, describe, expect, it } from 'vitest'

const path = (relative: string) => fileURLToPath(new URL(relative, import.meta.url))
const outDir = path('../node_modules/.cache/cli-test')
const running: ChildProcess[] = []

beforeAll(() =>
  build({
    entry: [path('../src/cli.ts')],
    outDir,
    format: 'esm',
    config: false,
    silent: true,
    skipNodeModulesBundle: true,
  }),
)
afterEach(() => {
  for (const child of running.splice(0)) child.kill('SIGKILL')
})

/** Runs the command. `line` waits for the next of its output, `end` for its end. */
function run(...args: string[]) {
  const child = spawn(process.execPath, [`${outDir}/cli.js`, ...args])
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
      if (child.exitCode !== null) throw new Error(`It ended: ${output.stderr}`)
    }
    return output.stdout.trimEnd().split('\n')
  }
  return { child, lines, end: async () => ({ code: (await ended)[0], ...output }) }
}

describe('connected-accounts-emulator', () => {
  it('says where it is, and who the users and clients are, and soon answers', async () => {
    const start = performance.now()
    const { lines, child, end } = run('--port', '0')
    const [address = '', names] = await lines(2)
    const url = address.replace('Emulated tenant: ', '')
    const response = await fetch(`${url}/.well-known/openid-configuration`)
    expect(response.status).toBe(200)
    // The machine may be busy with other tests, so this only catches a start that has become another kind of slow.
    expect(performance.now() - start).toBeLessThan(3000)
    expect(names).toBe(
      'Users: alice@example.test (password), bob@example.test (password). ' +
        'Clients: spa, web (web-secret), api (api-secret).',
    )
    child.kill('SIGTERM')
    expect(await end()).toMatchObject({ code: 0, stderr: '' })
  })

  it.each(['SIGINT', 'SIGTERM'] as const)(
    'ends with %s, even while a connection is open',
    async (signal) => {
      const { lines, child, end } = run('--port', '0')
      const [address = ''] = await lines(2)
      await fetch(address.replace('Emulated tenant: ', ''))
      child.kill(signal)
      expect((await end()).code).toBe(0)
    },
  )

  it('says in one line that a port is taken, and the way out', async () => {
    const server = createServer().listen(0, '127.0.0.1')
    await once(server, 'listening')
    const at = server.address()
    const port = typeof at === 'object' && at ? at.port : 0
    const { code, stdout, stderr } = await run('--port', String(port)).end()
    server.close()
    expect(code).toBe(1)
    expect(stdout).toBe('')
    expect(stderr).toMatch(new RegExp(`^Port ${port} is taken: .*another port.*\n$`))
  })

  it.each([
    { args: ['--port', 'x'], message: '--port must be an integer from 0 to 65535' },
    { args: ['--port', '70000'], message: 'port must be an integer from 0 to 65535' },
    { args: ['--prot', '1'], message: "Unknown option '--prot'" },
    { args: ['4401'], message: "Unexpected argument '4401'" },
  ])('says in one line what is wrong with $args', async ({ args, message }) => {
    const { code, stderr } = await run(...args).end()
    expect(code).toBe(1)
    expect(stderr).toContain(message)
    expect(stderr.trimEnd().split('\n')).toHaveLength(1)
  })

  it('explains itself with --help', async () => {
    const { code, stdout } = await run('--help').end()
    expect(code).toBe(0)
    expect(stdout).toContain('Usage: connected-accounts-emulator')
    expect(stdout).toContain('--port')
  })

  it('can be executed', async () => {
    expect((await stat(`${outDir}/cli.js`)).mode & 0o111).not.toBe(0)
  })
})
