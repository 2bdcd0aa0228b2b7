import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { networkInterfaces, tmpdir } from 'node:os'
import { join } from 'node:path'
import {
  buildCommand,
  endCommands,
  run as runCommand,
} from '@connected-accounts/testing/machine/command'
import { loginWithCode } from '@connected-accounts/testing/person/login'
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest'
import { createEmulator } from '../src/index.js'

let file: string
let directory: string

beforeAll(async () => {
  file = await buildCommand(
    new URL('../src/shells/cli/main.ts', import.meta.url),
    'cli-options-test',
  )
  directory = await mkdtemp(join(tmpdir(), 'emulator-'))
})
afterEach(endCommands)
afterAll(() => rm(directory, { recursive: true }))

const run = (...args: string[]) => runCommand(file, ['--port', '0', '--json', ...args])

const carol = { user_id: 'auth0|carol', email: 'carol@example.test', name: 'Carol', password: 'p' }
const tenant = JSON.stringify({ users: [carol] })

/** A file with this text. */
async function write(name: string, text: string): Promise<string> {
  const path = join(directory, name)
  await writeFile(path, text)
  return path
}

describe('--config', () => {
  it.each([
    { name: 'tenant.json', text: tenant },
    { name: 'tenant.mjs', text: `export const tenant = ${tenant}` },
    { name: 'default.mjs', text: `export default ${tenant}` },
    {
      name: 'tenant.mts',
      text: `interface T { users: object[] }\nexport const tenant: T = ${tenant}`,
    },
  ])('takes the tenant of $name', async ({ name, text }) => {
    const [line = ''] = await run('--config', await write(name, text)).lines(1)
    const { users, clients } = JSON.parse(line)
    expect(users).toEqual([
      { user_id: carol.user_id, email: carol.email, password: carol.password },
    ])
    expect(clients).toHaveLength(4)
  })

  it('takes the actions of a module', async () => {
    const text = "export const actions = { postLogin: (_, api) => void api.access.deny('No') }"
    const [line = ''] = await run('--config', await write('actions.mjs', text)).lines(1)
    const { url } = JSON.parse(line)
    const refused = loginWithCode({ emulator: { url }, client: { clientId: 'spa' } })
    await expect(refused).rejects.toThrow('error=access_denied&error_description=No')
  })

  it('takes a tenant without some kinds of client', async () => {
    const path = await write('clients.json', '{ "clients": [] }')
    const [line = ''] = await run('--config', path).lines(1)
    expect(JSON.parse(line).clients).toEqual([])
  })

  it.each([
    {
      name: 'field.json',
      text: '{ "users": [{ "user_id": 3 }] }',
      message: 'tenant/users/0/user_id must be string',
    },
    {
      name: 'extra.json',
      text: '{ "user": [] }',
      message: 'tenant must NOT have additional properties: user',
    },
    { name: 'null.json', text: 'null', message: 'tenant must be object' },
    { name: 'syntax.json', text: '{ "users": ', message: 'JSON' },
    { name: 'empty.mjs', text: 'export const users = []', message: 'it must export the tenant' },
    {
      name: 'actions.mjs',
      text: 'export const actions = { postlogin() {} }',
      message: 'actions/postlogin is not emulated',
    },
    { name: 'throws.mjs', text: 'throw new Error("no\\ngood")', message: 'no' },
  ])('says in one line what is wrong with $name', async ({ name, text, message }) => {
    const path = await write(name, text)
    const { code, stdout, stderr } = await run('--config', path).end()
    expect({ code, stdout }).toEqual({ code: 1, stdout: '' })
    expect(stderr).toMatch(new RegExp(`^${path}: .*\n$`))
    expect(stderr).toContain(message)
  })

  it.each(['none.json', 'none.ts'])('says in one line that there is no %s', async (name) => {
    const path = join(directory, name)
    const { code, stderr } = await run('--config', path).end()
    expect(code).toBe(1)
    expect(stderr).toBe(`${path}: there is no such file\n`)
  })
})

describe('--host', () => {
  it('0.0.0.0 warns, and leaves the name localhost', async () => {
    const { lines, child, end } = run('--host', '0.0.0.0')
    const [line = ''] = await lines(1)
    const { url } = JSON.parse(line)
    expect(url).toMatch(/^http:\/\/localhost:\d+$/)
    expect((await fetch(url.replace('localhost', '127.0.0.1'))).status).toBe(200)
    child.kill('SIGTERM')
    expect((await end()).stderr).toBe(
      'Warning: anyone who can reach this machine at 0.0.0.0 can log in as any user, without a password.\n',
    )
  })

  it.each(['localhost', '127.0.0.1', '::1'])('%s warns of nothing', async (host) => {
    const { lines, child, end } = run('--host', host)
    await lines(1)
    child.kill('SIGTERM')
    expect((await end()).stderr).toBe('')
  })

  it.each(['203.0.113.1', 'no-such-host.invalid'])(
    'says in one line that %s is not of this machine',
    async (host) => {
      const { code, stderr } = await run('--host', host).end()
      expect(code).toBe(1)
      expect(stderr).toMatch(`The host ${host} is not an address of this machine: use localhost`)
    },
  )

  it('that is an address of this machine in a network is the name of the tenant, too', async () => {
    const all = Object.values(networkInterfaces()).flatMap((addresses) => addresses ?? [])
    const outside = all.find(({ family, internal }) => family === 'IPv4' && !internal)?.address
    const emulator = await createEmulator({ port: 0, host: outside ?? 'localhost' })
    const response = await fetch(`${emulator.url}/.well-known/openid-configuration`)
    await emulator.close()
    expect(new URL(emulator.url).hostname).toBe(outside ?? 'localhost')
    expect(await response.json()).toHaveProperty('issuer', `${emulator.url}/`)
  })
})
