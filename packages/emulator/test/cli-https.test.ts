import { execFile } from 'node:child_process'
import { access, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { promisify } from 'node:util'
import { buildCommand, endCommands, run } from '@connected-accounts/testing/machine/command'
import { afterEach, beforeAll, describe, expect, it } from 'vitest'

let file: string

beforeAll(async () => {
  file = await buildCommand(new URL('../src/shells/cli/main.ts', import.meta.url), 'cli-https-test')
})
afterEach(endCommands)

// A program of somebody else's: openid-client with nothing set but the file to trust.
const program = `
import { clientCredentialsGrant, discovery } from 'openid-client'
const [, url, audience] = process.argv
const configuration = await discovery(new URL(url), 'management', 'management-secret')
const { access_token } = await clientCredentialsGrant(configuration, { audience })
const headers = { authorization: 'Bearer ' + access_token }
console.log((await fetch(audience + 'users/auth0%7Calice', { headers })).status)`

/** Runs the program in a new process. */
function runProgram(url: string, certificateFile: string) {
  const args = ['--input-type=module', '--eval', program, url, `${url}/api/v2/`]
  const env = { ...process.env, NODE_EXTRA_CA_CERTS: certificateFile }
  return promisify(execFile)(process.execPath, args, { cwd: import.meta.dirname, env })
}

describe('--https', () => {
  it('is trusted by a program with the NODE_EXTRA_CA_CERTS that it prints', async () => {
    const { lines, child } = run(file, ['--port', '0', '--https'])
    const output = (await lines(30)).join('\n')
    const url = /^Emulated tenant: (https:\/\/localhost:\d+)$/m.exec(output)?.[1] ?? ''
    const path = /^Node +NODE_EXTRA_CA_CERTS=(\S+) node app.js$/m.exec(output)?.[1] ?? ''
    expect(output).toContain(`curl --cacert ${path} ${url}/`)
    expect(output).toContain(`new Auth0Client({ domain: '${url}'`)
    expect(output).toContain('allowInsecureRequests: true') // nextjs-auth0 wants it for localhost
    expect(output).toContain(`new ServerClient({ domain: '${url.slice('https://'.length)}'`)
    expect((await runProgram(url, path)).stdout).toBe('200\n')
    await expect(runProgram(url, '')).rejects.toThrow('certificate')
    child.kill('SIGTERM')
  })

  it('gives scripts the certificate and its file, which is gone in the end', async () => {
    const { lines, child, end } = run(file, ['--port', '0', '--https', '--json'])
    const [line = ''] = await lines(1)
    const { url, domains, certificate, certificate_file } = JSON.parse(line)
    expect(url).toMatch(/^https:/)
    expect(domains).toEqual([url])
    expect(certificate).toMatch(/^-----BEGIN CERTIFICATE-----\n/)
    expect(await readFile(certificate_file, 'utf8')).toBe(certificate)
    child.kill('SIGTERM')
    expect(await end()).toEqual({ code: 0, stdout: `${line}\n`, stderr: '' })
    await expect(access(certificate_file)).rejects.toThrow('ENOENT')
  })

  it('is not spoken, and no certificate made, without it', async () => {
    const [line = ''] = await run(file, ['--port', '0', '--json']).lines(1)
    expect(JSON.parse(line).url).toMatch(/^http:/)
    expect(JSON.parse(line)).not.toHaveProperty('certificate')
    expect(JSON.parse(line)).not.toHaveProperty('certificate_file')
  })
})

it('The command names the custom domains of its tenant', async () => {
  const directory = await mkdtemp(join(tmpdir(), 'emulator-'))
  const config = join(directory, 'tenant.json')
  await writeFile(config, '{ "custom_domains": ["login.localhost", "id.localhost"] }')
  const people = await run(file, ['--port', '0', '--config', config]).lines(7)
  const [json = ''] = await run(file, ['--port', '0', '--config', config, '--json']).lines(1)
  await rm(directory, { recursive: true })
  const port = /\d+$/.exec(people[0] ?? '')?.[0]
  expect(people.slice(4, 7)).toEqual([
    `Domain     http://localhost:${port}`,
    `           http://login.localhost:${port}  a custom domain`,
    `           http://id.localhost:${port}     a custom domain`,
  ])
  expect(JSON.parse(json).domains).toHaveLength(3)
})
