import { globSync, readFileSync } from 'node:fs'
import { expect, test } from 'vitest'

test('nothing of Node is imported, so that any server runtime will do', () => {
  const cwd = new URL('../src/', import.meta.url)
  const packages = globSync('**/*.ts', { cwd, exclude: ['adapters/express.ts'] }).flatMap(
    (file) => {
      const source = readFileSync(new URL(file, cwd), 'utf8')
      return [...source.matchAll(/ from '([^.'][^']*)'$/gm)].map(([, name = '']) => name)
    },
  )
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
