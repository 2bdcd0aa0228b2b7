import { once } from 'node:events'
import { globSync, readFileSync } from 'node:fs'
import { stat } from 'node:fs/promises'
import { createServer } from 'node:net'
import { fileURLToPath } from 'node:url'
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
  it('says where it is, and what to paste: domain, client id, audience, scopes and users; and soon answers', async () => {
    const start = performance.now()
    const { lines, child, end } = run('--port', '0')
    const [address = '', page, ...pasted] = (await lines(15)).slice(0, 15)
    const url = address.replace('Emulated tenant: ', '')
    const response = await fetch(`${url}/.well-known/openid-configuration`)
    expect(response.status).toBe(200)
    // The machine may be busy with other tests, so this only catches a start that has become another kind of slow.
    expect(performance.now() - start).toBeLessThan(3000)
    expect(page).toContain('Open it in a browser')
    expect(pasted.join('\n')).toBe(`\
For development only: these passwords and the key that signs the tokens are public.

Domain     ${url}
Client ID  spa         Single page application
           web         Web application, secret: web-secret
           api         Example API, secret: api-secret
           management  Management of the tenant, secret: management-secret
Audience   https://api.example.test/  Example API
  Scopes   read:calendar
Audience   ${url}/me/  Auth0 My Account API
  Scopes   create:me:connected_accounts read:me:connected_accounts delete:me:connected_accounts
User       alice@example.test  password: password
           bob@example.test    password: password`)
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

  it('prints the audience of every recipe in the docs', async () => {
    const root = fileURLToPath(new URL('../../../', import.meta.url))
    const pages = globSync(['docs/*.md', 'packages/*/README.md'], { cwd: root })
    const audiences = pages.flatMap((page) =>
      [...readFileSync(root + page, 'utf8').matchAll(/audience(?: =|:) '(http[^']+)'/g)].map(
        ([, audience]) => audience,
      ),
    )
    expect(audiences.length).toBeGreaterThan(5)
    const { lines } = run('--port', '0')
    const printed = (await lines(12)).join('\n')
    for (const audience of new Set(audiences)) expect(printed).toContain(`Audience   ${audience}  `)
  })

  it('prints what docs/emulator.md shows', async () => {
    const page = readFileSync(new URL('../../../docs/emulator.md', import.meta.url), 'utf8')
    const [, shown = ''] = /```text\n(Emulated tenant: [^`]*)\n```/.exec(page) ?? []
    const length = shown.split('\n').length
    const [address = '', ...rest] = await run('--port', '0').lines(length)
    const url = address.replace('Emulated tenant: ', '')
    const printed = [address, ...rest].slice(0, length).join('\n')
    expect(printed.replaceAll(url, 'http://localhost:4400')).toBe(shown)
  })

  it('says where it listens if its URL is another one', async () => {
    const free = createServer().listen(0, '127.0.0.1')
    await once(free, 'listening')
    const at = free.address()
    const port = typeof at === 'object' && at ? String(at.port) : ''
    free.close()
    const { lines } = run('--port', port, '--public-url', 'https://auth.example.test')
    expect((await lines(1))[0]).toBe(
      `Emulated tenant: https://auth.example.test (listening on localhost:${port})`,
    )
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
