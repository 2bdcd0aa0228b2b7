// Runs the tests of Auth0's SDKs with other versions than those of package-lock.json.
// Usage: npm run test:sdks -- oldest|latest
import { execFileSync } from 'node:child_process'
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'

/** The versions to install, and the tests to run with them. A filter matches a part of a file's path. */
const sets = {
  oldest: {
    versions: { '@auth0/auth0-spa-js': '2.27.0' },
    tests: ['auth0-spa-js', 'auth0-react', 'playwright'],
  },
  latest: {
    versions: {
      '@auth0/auth0-react': 'latest',
      '@auth0/auth0-server-js': 'latest',
      '@auth0/auth0-spa-js': 'latest',
      '@auth0/nextjs-auth0': 'latest',
    },
    tests: ['auth0', 'playwright'],
  },
}

const root = fileURLToPath(new URL('..', import.meta.url))
const set = sets[process.argv[2]]
if (!set) {
  console.error(`Usage: npm run test:sdks -- ${Object.keys(sets).join('|')}`)
  process.exit(1)
}
const directory = mkdtempSync(join(tmpdir(), 'auth0-sdks-'))
try {
  const { versions, tests } = set
  writeFileSync(join(directory, 'package.json'), '{ "private": true }')
  const packages = Object.entries(versions).map(([name, version]) => `${name}@${version}`)
  // Without their peers, because the tests install Next.js and have React.
  const flags = ['--no-audit', '--no-fund', '--legacy-peer-deps']
  execFileSync('npm', ['install', ...flags, ...packages], { cwd: directory, stdio: 'inherit' })
  for (const name of Object.keys(versions)) {
    const manifest = join(directory, 'node_modules', name, 'package.json')
    console.log(`${name} ${JSON.parse(readFileSync(manifest, 'utf8')).version}`)
  }
  const env = { ...process.env, AUTH0_SDKS: directory }
  const args = ['run', '--project', 'slow', ...tests]
  execFileSync(join(root, 'node_modules/.bin/vitest'), args, { cwd: root, env, stdio: 'inherit' })
} catch (error) {
  if (error.status === undefined) throw error
  process.exitCode = 1 // the command has said why
} finally {
  rmSync(directory, { recursive: true, force: true })
}
