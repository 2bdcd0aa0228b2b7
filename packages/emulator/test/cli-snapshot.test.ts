import { mkdtemp, readdir, readFile, rm, stat, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { buildCommand, endCommands, run } from '@connected-accounts/testing/machine/command'
import { afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest'

let file: string
let directory: string
let saved: string

beforeAll(async () => {
  file = await buildCommand(new URL('../src/shells/cli/main.ts', import.meta.url), 'cli-snapshot')
})
beforeEach(async () => {
  directory = await mkdtemp(join(tmpdir(), 'snapshot-'))
  saved = join(directory, 'saved.json')
})
afterEach(async () => {
  endCommands()
  await rm(directory, { recursive: true, force: true })
})

const start = (...args: string[]) => run(file, ['--port', '0', ...args])

/** Connects accounts of GitHub, one for each address. */
async function connect(url: string, ...emails: string[]): Promise<void> {
  const body = JSON.stringify({ user_id: 'auth0|alice', connection: 'github', emails })
  const response = await fetch(`${url}/_emulator/accounts`, { method: 'POST', body })
  expect(response.status).toBe(201)
}

const emailsIn = async (path: string): Promise<string[]> =>
  JSON.parse(await readFile(path, 'utf8')).connected_accounts.map(
    ({ email }: { email: string }) => email,
  )

describe('--export-on-exit and --import', () => {
  it.each(['SIGINT', 'SIGTERM', 'SIGHUP'] as const)(
    'write what the tenant holds at %s, and go on from it',
    async (signal) => {
      const both = ['--import', saved, '--export-on-exit', saved, '--json']
      for (const email of ['one@a.test', 'two@a.test']) {
        const { lines, child, end } = start(...both)
        const [line = ''] = await lines(1)
        await connect(JSON.parse(line).url, email)
        child.kill(signal)
        expect(await end()).toEqual({ code: 0, stdout: `${line}\n`, stderr: '' })
      }
      expect(await emailsIn(saved)).toEqual(['one@a.test', 'two@a.test'])
      expect((await stat(saved)).mode & 0o777).toBe(0o600)
      expect(await readdir(directory)).toEqual(['saved.json'])
    },
  )

  it('tell people what was read and written', async () => {
    const first = start('--export-on-exit', saved)
    const [address = ''] = await first.lines(2)
    await connect(address.replace('Emulated tenant: ', ''), 'one@a.test')
    first.child.kill('SIGTERM')
    const told = 'users: 2, connected accounts: 1'
    expect((await first.end()).stdout).toMatch(`\nExported to ${saved}: ${told}\n`)
    const next = start('--import', saved)
    expect(await next.lines(4)).toContain(`Imported from ${saved}: ${told}`)
    next.child.kill('SIGTERM')
    expect((await next.end()).stdout).not.toContain('Exported')
  })

  it('work with exec, which writes when the command has ended, whatever its exit code', async () => {
    const body = JSON.stringify({ user_id: 'auth0|alice', connection: 'github' })
    const script = `await fetch(process.env.CONNECTED_ACCOUNTS_EMULATOR_URL + '/_emulator/accounts', { method: 'POST', body: '${body}' })
      process.exit(7)`
    const node = [process.execPath, '--input-type=module', '-e', script]
    const both = ['--import', saved, '--export-on-exit', saved]
    for (const count of [1, 2]) {
      const ended = await start(...both, 'exec', '--', ...node).end()
      expect(ended).toEqual({ code: 7, stdout: '', stderr: '' })
      expect(await emailsIn(saved)).toHaveLength(count)
    }
  })

  it('replace an old file, which stays if the export fails', async () => {
    await writeFile(saved, 'old', { mode: 0o644 })
    const replaced = start('--export-on-exit', saved)
    await replaced.lines(2)
    replaced.child.kill('SIGTERM')
    await replaced.end()
    expect((await stat(saved)).mode & 0o777).toBe(0o600)
    const before = await readFile(saved, 'utf8')
    const refused = start('--export-on-exit', saved)
    await refused.lines(2)
    // The name of the temporary file is taken, as by an attacker's link.
    await writeFile(`${saved}.${refused.child.pid}.tmp`, '')
    refused.child.kill('SIGTERM')
    const { code, stderr } = await refused.end()
    expect([code, stderr]).toEqual([1, expect.stringMatching(/saved\.json: the export failed: /)])
    expect(await readFile(saved, 'utf8')).toBe(before)
  })

  it.each([
    { text: undefined, message: 'there is no such file' },
    { text: '{ "version": 1, ', message: 'this is not JSON: ' },
    { text: '{ "version": 9 }', message: 'snapshot/version is 9, ' },
    { text: '{ "users": [] }', message: 'snapshot/version must be 1: ' },
    { text: '{ "version": 1 }', message: "snapshot must have required property 'tenant'" },
  ])('say in one line what is wrong with $text: $message', async ({ text, message }) => {
    if (text !== undefined) await writeFile(saved, text)
    const { code, stdout, stderr } = await start('--import', saved).end()
    expect({ code, stdout }).toEqual({ code: 1, stdout: '' })
    expect(stderr).toContain(`${saved}: ${message}`)
    expect(stderr.trimEnd().split('\n')).toHaveLength(1)
  })

  it('say before the start that the export cannot be written', async () => {
    const missing = join(directory, 'none', 'saved.json')
    const none = await start('--export-on-exit', missing).end()
    expect(none).toMatchObject({
      code: 1,
      stderr: expect.stringContaining('there is no directory'),
    })
    const folder = await start('--export-on-exit', directory).end()
    expect(folder).toMatchObject({ code: 1, stderr: expect.stringContaining('needs a file') })
  })

  it('refuse a tenant of --config beside the one of the file', async () => {
    const { code, stderr } = await start('--import', saved, '--config', 'tenant.json').end()
    expect([code, stderr]).toEqual([2, expect.stringContaining('--config must be left out')])
  })
})
