import { execFile } from 'node:child_process'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { promisify } from 'node:util'
import { afterAll, beforeAll, expect, test } from 'vitest'

// One of the cases of client/test/environments/typescript.environment.test.ts: without the DOM library. Needs the built packages,
// and npm's registry for the package's peers and TypeScript.
const run = promisify(execFile)
const at = (path: string) => fileURLToPath(new URL(path, import.meta.url))

const project = mkdtempSync(join(tmpdir(), 'connected-accounts-'))
const inProject = { cwd: project, timeout: 120_000 }
const versions = ['5.9']

const consumer = `
import { createConnectedAccountsClient } from '@connected-accounts/client'
import { createDpop } from '@connected-accounts/client/dpop'
import * as hooks from '@connected-accounts/react'
import type { ReactNode } from 'react'

const client = createConnectedAccountsClient({ domain: 'tenant.example', accessToken: 'a-token' })
// @ts-expect-error a number is no key pair
export const dpop = createDpop({ keyPair: 42 })
export const handled: Promise<boolean> = hooks.handleConnectCallback({ client })

export function Accounts(): ReactNode {
  const { data = [] } = hooks.useConnectedAccounts({ connection: 'github' })
  const { connect, data: connected } = hooks.useConnectAccount({ mode: 'popup' })
  const pages = hooks.useInfiniteConnectedAccounts().data?.pages
  const { status, missingScopes } = hooks.useConnection('github', { scopes: ['repo'] })
  const { mutate } = hooks.useDisconnectAccount({ undoMs: 5000 })
  const all: string[] = hooks.useSuspenseConnectedAccounts().data.map(({ id }) => id)
  const names: string[] | undefined = hooks.useConnections().data?.map(({ name }) => name)
  const account: string | undefined = hooks.useConnectCallback().account?.id ?? connected?.account.id
  // @ts-expect-error an account's id is a string
  const id: number | undefined = data[0]?.id
  connect({ connection: 'github', scopes: ['repo'] })
  mutate(String(id))
  return [status, ...missingScopes, pages?.length, all.length, names?.length, account]
}

export const App = (): ReactNode => (
  <hooks.ConnectedAccountsProvider client={client} user={undefined}>
    <Accounts />
  </hooks.ConnectedAccountsProvider>
)
`

const tsconfig = {
  compilerOptions: {
    ...{ target: 'es2022', lib: ['es2022'], types: ['node', 'react'] },
    ...{ module: 'esnext', moduleResolution: 'bundler', jsx: 'react-jsx' },
    ...{ strict: true, exactOptionalPropertyTypes: true, skipLibCheck: false, noEmit: true },
  },
  files: ['consumer.tsx'],
}

beforeAll(async () => {
  writeFileSync(join(project, 'package.json'), '{ "type": "module", "private": true }')
  writeFileSync(join(project, 'tsconfig.json'), JSON.stringify(tsconfig))
  writeFileSync(join(project, 'consumer.tsx'), consumer)
  const tarballs = [await pack('../../client'), await pack('..')]
  const aliases = versions.map((version) => `typescript-${version}@npm:typescript@${version}`)
  const peers = [
    'react@19',
    '@types/react@19',
    '@types/node@24',
    '@tanstack/react-query@5',
    ...aliases,
  ]
  await run('npm', ['install', '--no-audit', '--no-fund', ...tarballs, ...peers], inProject)
}, 240_000)
afterAll(() => rmSync(project, { recursive: true, force: true }))

async function pack(path: string): Promise<string> {
  const args = ['pack', '--silent', '--pack-destination', project]
  const { stdout } = await run('npm', args, { cwd: at(path) })
  return `./${stdout.trim()}`
}

test.for(versions)('the types of the packed packages check with TypeScript %s', async (version) => {
  const compiler = `node_modules/typescript-${version}/bin/tsc`
  const { stdout } = await run(process.execPath, [compiler, '--version'], inProject)
  expect(stdout).toContain(`Version ${version}`)
  const check = run(process.execPath, [compiler, '-p', '.'], inProject)
  await expect(check.catch((error) => error.stdout)).resolves.toMatchObject({ stdout: '' })
})
