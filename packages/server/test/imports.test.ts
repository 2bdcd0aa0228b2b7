import { globSync, readFileSync } from 'node:fs'
import { expect, test } from 'vitest'

const src = new URL('../src/', import.meta.url)

/** What a file imports or exports from elsewhere, types left out, as the build leaves them out. */
function importsOf(file: URL): string[] {
  const source = readFileSync(file, 'utf8')
  const statements = source.matchAll(/^(?:import|export)(?! type\b)[^;]*? from '([^']+)'$/gm)
  return [...statements].map(([, name = '']) => name)
}

/** Every module that is loaded together with a file: packages by their name, own files by their path in `src`. */
function loadedBy(file: URL, loaded = new Set<string>()): Set<string> {
  for (const name of importsOf(file)) {
    const own = name.startsWith('.') ? new URL(name.replace(/\.js$/, '.ts'), file) : undefined
    const module = own ? own.pathname.slice(src.pathname.length) : name
    if (loaded.has(module)) continue
    loaded.add(module)
    if (own) loadedBy(own, loaded)
  }
  return loaded
}

test('nothing of Node is imported, so that any server runtime will do', () => {
  const exclude = ['adapters/express.ts', 'agents/mcp.ts']
  const packages = globSync('**/*.ts', { cwd: src, exclude }).flatMap((file) => {
    const source = readFileSync(new URL(file, src), 'utf8')
    return [...source.matchAll(/^(?! \*).* from '([^.'][^']*)'$/gm)].map(([, name = '']) => name)
  })
  expect([...new Set(packages)].sort()).toEqual([
    '@connected-accounts/client',
    '@connected-accounts/client/dpop',
    '@connected-accounts/client/internal',
    '@connected-accounts/client/token-vault',
    'cookie',
    'jose',
    'lru-cache',
    'oauth4webapi',
    'openapi-fetch',
    'openid-client',
  ])
})

test('the root of the package loads neither openapi-fetch nor the management room', () => {
  const loaded = [...loadedBy(new URL('index.ts', src))]
  expect(loaded).toContain('routes/handler.ts')
  expect(loaded).not.toContain('openapi-fetch')
  expect(loaded.filter((name) => name.startsWith('management/'))).toEqual([])
  const management = loadedBy(new URL('management/management-client.ts', src))
  expect(management).toContain('openapi-fetch')
})

test('the SDK of MCP, an optional peer, is loaded by @connected-accounts/server/mcp alone', () => {
  const sdk = (file: string) =>
    [...loadedBy(new URL(file, src))].filter((name) => name.startsWith('@modelcontextprotocol/'))
  expect(sdk('agents/mcp.ts')).toEqual(['@modelcontextprotocol/sdk/types.js'])
  expect([...sdk('agents/index.ts'), ...sdk('index.ts')]).toEqual([])
})
