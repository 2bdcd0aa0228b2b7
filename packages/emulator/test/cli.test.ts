import { once } from 'node:events'
import { stat } from 'node:fs/promises'
import { createServer } from 'node:net'
import {
  buildCommand,
  endCommands,
  run as runCommand,
} from '@connected-accounts/testing/machine/command'
import { afterEach, beforeAll, describe, expect, it } from 'vitest'

let file: string

beforeAll(async () => {
  file = await buildCommand(new URL('../src/shells/cli/main.ts', import.meta.url), 'cli-test')
})
afterEach(endCommands)

const run = (...args: string[]) => runCommand(file, args)

describe('connected-accounts-emulator', () => {
  it('says where it is, and who the users and clients are, and soon answers', async () => {
    const start = performance.now()
    const { lines, child, end } = run('--port', '0')
    const [address = '', page, ...names] = (await lines(4)).slice(0, 4)
    const url = address.replace('Emulated tenant: ', '')
    const response = await fetch(`${url}/.well-known/openid-configuration`)
    expect(response.status).toBe(200)
    // The machine may be busy with other tests, so this only catches a start that has become another kind of slow.
    expect(performance.now() - start).toBeLessThan(3000)
    expect(page).toContain('Open it in a browser')
    expect(names).toEqual([
      'Users, with their passwords: alice@example.test (password), bob@example.test (password)',
      'Clients, with their secrets: spa, web (web-secret), api (api-secret), management (management-secret)',
    ])
    child.kill('SIGTERM')
    const { code, stdout, stderr } = await end()
    expect({ code, stderr }).toEqual({ code: 0, stderr: '' })
    expect(stdout).toContain('For development only')
    expect(stdout).toContain(`createAuth0Client({ domain: '${url}', clientId: 'spa' })`)
    expect(stdout).toContain(`<Auth0Provider domain="${url}" clientId="spa">`)
    expect(stdout).toMatch(/clientSecret: 'web-secret', allowInsecureRequests: true }/)
    expect(stdout).not.toContain('new ServerClient') // auth0-server-js has no plain http
    expect(stdout).toContain(`createConnectedAccountsClient({ domain: '${url}', accessToken })`)
  })

  it('prints one line of JSON with --json', async () => {
    const { lines, child, end } = run('--port', '0', '--json')
    const [line = ''] = await lines(1)
    const { url, clients, users } = JSON.parse(line)
    expect((await fetch(`${url}/.well-known/openid-configuration`)).status).toBe(200)
    expect(clients).toEqual([
      { client_id: 'spa', app_type: 'spa' },
      { client_id: 'web', client_secret: 'web-secret', app_type: 'regular_web' },
      { client_id: 'api', client_secret: 'api-secret', app_type: 'resource_server' },
      {
        client_id: 'management',
        client_secret: 'management-secret',
        app_type: 'non_interactive',
      },
    ])
    expect(users[0]).toEqual({
      user_id: 'auth0|alice',
      email: 'alice@example.test',
      password: 'password',
    })
    child.kill('SIGTERM')
    expect(await end()).toEqual({ code: 0, stdout: `${line}\n`, stderr: '' })
  })

  it.each(['SIGINT', 'SIGTERM', 'SIGHUP'] as const)(
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
    { args: ['--port', '70000'], message: '--port must be an integer from 0 to 65535' },
    { args: ['--prot', '1'], message: "Unknown option '--prot'" },
    { args: ['4401'], message: "Unexpected argument '4401'" },
  ])('says in one line what is wrong with $args', async ({ args, message }) => {
    const { code, stdout, stderr } = await run(...args).end()
    expect({ code, stdout }).toEqual({ code: 2, stdout: '' })
    expect(stderr).toContain(message)
    expect(stderr.trimEnd().split('\n')).toHaveLength(1)
  })

  it('explains itself with --help', async () => {
    const { code, stdout } = await run('--help').end()
    expect(code).toBe(0)
    expect(stdout).toContain('Usage: connected-accounts-emulator')
    for (const option of ['--port', '--host', '--https', '--config', '--json']) {
      expect(stdout).toContain(option)
    }
  })

  it('can be executed', async () => {
    expect((await stat(file)).mode & 0o111).not.toBe(0)
  })
})
