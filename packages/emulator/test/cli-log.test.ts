import {
  buildCommand,
  endCommands,
  run as runCommand,
} from '@connected-accounts/testing/machine/command'
import { afterEach, beforeAll, describe, expect, it } from 'vitest'
import type { TenantLog } from '../src/index.js'
import { logLine } from '../src/logs/log-line.js'

let file: string

beforeAll(async () => {
  file = await buildCommand(new URL('../src/shells/cli/main.ts', import.meta.url), 'cli-log-test')
})
afterEach(endCommands)

/** Asks a Token Vault exchange that fails, which needs no login. */
function exchangeInVain(url: string): Promise<Response> {
  return fetch(`${url}/oauth/token`, {
    method: 'POST',
    body: new URLSearchParams({
      grant_type:
        'urn:auth0:params:oauth:grant-type:token-exchange:federated-connection-access-token',
      client_id: 'web',
      client_secret: 'web-secret',
      subject_token: 'a-subject-token',
      subject_token_type: 'urn:ietf:params:oauth:token-type:refresh_token',
      requested_token_type: 'http://auth0.com/oauth/token-type/federated-connection-access-token',
      connection: 'acme',
    }),
  })
}

describe('connected-accounts-emulator', () => {
  it('prints a line for each event, without colours where it writes to a pipe', async () => {
    const { lines, child, end } = runCommand(file, ['--port', '0'])
    const [address = ''] = await lines(25)
    await exchangeInVain(address.replace('Emulated tenant: ', ''))
    const line = (await lines(26))[25]
    expect(line).toMatch(
      /^\d\d:\d\d:\d\d {2}feta +- {2}acme {2}401 The subject token is not valid$/,
    )
    child.kill('SIGTERM')
    expect((await end()).stderr).toBe('')
  })

  it('prints an event as a line of JSON with --json, behind the first line', async () => {
    const { lines, child, end } = runCommand(file, ['--port', '0', '--json'])
    const { url } = JSON.parse((await lines(1))[0] ?? '')
    await exchangeInVain(url)
    const event: TenantLog = JSON.parse((await lines(2))[1] ?? '')
    expect(event).toMatchObject({ type: 'feta', client_id: 'web', connection: 'acme' })
    child.kill('SIGTERM')
    expect((await end()).code).toBe(0)
  })

  it('goes on where its output is read no further than the first line', async () => {
    const { lines, child, end } = runCommand(file, ['--port', '0', '--json'])
    const { url } = JSON.parse((await lines(1))[0] ?? '')
    child.stdout?.destroy()
    for (let time = 0; time < 3; time += 1) expect((await exchangeInVain(url)).status).toBe(401)
    child.kill('SIGTERM')
    expect(await end()).toMatchObject({ code: 0, stderr: '' })
  })
})

describe('logLine', () => {
  const log: TenantLog = {
    log_id: '1',
    date: '2026-11-22T06:41:07.000Z',
    type: 'connected_accounts_delete_failed',
    description: 'The connected account was not found',
    client_id: 'spa',
    client_name: 'SPA',
    user_id: 'auth0|alice',
    user_name: 'alice@example.test',
    ip: '127.0.0.1',
    user_agent: '',
    is_mobile: false,
    hostname: 'localhost',
    tenant_name: 'localhost',
    environment_name: 'emulator',
    details: {
      request: { method: 'DELETE', path: '/' },
      error: { title: 'Not Found', status: 404 },
    },
  }

  it('is red for a failure where colours are wanted, and for nothing else', () => {
    const plain = logLine(log, { color: false })
    expect(plain).toMatch(/ {2}404 The connected account was not found$/)
    expect(logLine(log, { color: true })).toBe(`\u001b[31m${plain}\u001b[39m`)
    const { error: _error, ...details } = log.details
    const success: TenantLog = { ...log, type: 'connected_accounts_delete_succeeded', details }
    expect(logLine(success, { color: true })).toMatch(/alice@example\.test {2}- {2}ok$/)
  })

  it('stays one line without control characters, whatever the names are', () => {
    const line = logLine({ ...log, connection: 'a\n\u001b[2Jb' }, { color: false })
    expect(line).toContain('a\uFFFD\uFFFD[2Jb')
  })
})
