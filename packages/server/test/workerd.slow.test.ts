import { execFile } from 'node:child_process'
import { cpSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { promisify } from 'node:util'
import { createEmulator, type Emulator } from '@connected-accounts/emulator'
import { startWorkerd, type Workerd } from '@connected-accounts/testing/machine/workerd'
import { loginWithCode } from '@connected-accounts/testing/person/login'
import { generateKeyPair, generateProof } from 'dpop'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { createVisitor, keepCookies } from './visitor.js'

// Needs the built packages, and npm's registry: for the packages' dependencies.
const run = promisify(execFile)
const at = (path: string) => fileURLToPath(new URL(path, import.meta.url))
const redirectUri = 'http://localhost:3000/auth/callback'
const project = mkdtempSync(join(tmpdir(), 'connected-accounts-'))
const inProject = { cwd: project, timeout: 120_000 }

let emulator: Emulator
let workerd: Workerd
beforeAll(async () => {
  cpSync(at('workerd'), project, { recursive: true })
  writeFileSync(join(project, 'package.json'), '{ "type": "module", "private": true }')
  const tarballs = [await pack('../../client'), await pack('..')]
  await run(
    'npm',
    ['install', '--no-audit', '--no-fund', '--prefer-offline', ...tarballs],
    inProject,
  )
  await bundle(['workerd', 'worker'])
  emulator = await createEmulator({ port: 0 })
  writeFileSync(join(project, 'domain.txt'), emulator.url)
  writeFileSync(join(project, 'redirect-uri.txt'), redirectUri)
  workerd = await startWorkerd(project)
}, 180_000)
afterAll(async () => {
  workerd?.stop()
  await emulator?.close()
  rmSync(project, { recursive: true, force: true })
})

async function pack(path: string): Promise<string> {
  const args = ['pack', '--silent', '--pack-destination', project]
  const { stdout } = await run('npm', args, { cwd: at(path) })
  return `./${stdout.trim()}`
}

/** Bundles the application as a tool does that knows these conditions of `exports`. */
function bundle(conditions: string[]) {
  const options = ['--bundle', '--format=esm', '--platform=neutral', '--main-fields=module,main']
  const output = ['--outfile=worker.bundle.js', `--conditions=${conditions.join(',')}`]
  const esbuild = at('../../../node_modules/.bin/esbuild')
  return run(esbuild, ['worker.js', ...options, ...output], inProject)
}

test('in workerd a user logs in, connects an account, lists it, and Google is called on their behalf', async () => {
  const { origin } = new URL(redirectUri)
  const visitor = createVisitor(emulator.url)
  const send = async (url: string | URL, init: RequestInit = {}) => {
    const { pathname, search } = new URL(url, origin)
    const cookie = [...visitor.cookies].map((pair) => pair.join('=')).join('; ')
    const headers = { cookie, origin }
    const options = { ...init, headers, redirect: 'manual' } as const
    const response = await fetch(workerd.url + pathname + search, options)
    keepCookies(visitor.cookies, response.headers)
    return response
  }
  const locationOf = async (response: Promise<Response>) =>
    (await response).headers.get('location') ?? ''
  const post = (fields: Record<string, string>) => ({
    method: 'POST',
    body: new URLSearchParams(fields),
  })
  await send(await visitor.logIn(await locationOf(send('/auth/login'))))
  const connect = send('/auth/connect', post({ connection: 'google-oauth2' }))
  await send(await visitor.connect(await locationOf(connect)))
  const list = await send('/auth/me/v1/connected-accounts/accounts')
  expect(await list.json()).toMatchObject({ accounts: [{ connection: 'google-oauth2' }] })
  expect(await (await send('/events')).json()).toBeGreaterThan(0)
  expect(new URL(await locationOf(send('/auth/logout', post({})))).origin).toBe(emulator.url)
  expect((await send('/auth/me/v1/connected-accounts/accounts')).status).toBe(401)
})

test('a bundle for browsers is refused, and one for workerd has nothing of Node in it', async () => {
  await expect(bundle(['browser'])).rejects.toThrow(/"browser"|not exported|could not resolve/i)
  await bundle(['workerd', 'browser']) // what wrangler sets
  expect(readFileSync(join(project, 'worker.bundle.js'), 'utf8')).not.toContain('node:')
})

test.for(['Bearer', 'DPoP'])(
  'in workerd an API verifies tokens that are sent as %s',
  async (scheme) => {
    const keyPair = await generateKeyPair('ES256')
    const dpop = scheme === 'DPoP' ? { dpop: keyPair } : {}
    const [client, { audience }] = [emulator.clients.spa, emulator.clients.api]
    const { access_token: token } = await loginWithCode({ emulator, client, audience, ...dpop })
    const htu = new URL('/api', redirectUri).href // its baseUrl, which is not where workerd listens
    const proof = await generateProof(keyPair, htu, 'GET', undefined, token)
    const get = (sent: string, proven = proof) =>
      fetch(`${workerd.url}/api`, { headers: { authorization: `${scheme} ${sent}`, dpop: proven } })
    expect(await (await get(token)).json()).toEqual({ sub: 'auth0|alice' })
    const forged = await get(
      token.slice(0, -4),
      await generateProof(keyPair, htu, 'GET', undefined, token),
    )
    expect(forged.status).toBe(401)
    expect(forged.headers.get('www-authenticate')).toContain('error="invalid_token"')
  },
)
