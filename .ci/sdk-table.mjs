// Writes docs/sdks.md: each official SDK, its version, and the steps that it took on the emulator. It is a reporter of vitest, and
// `npm run test:slow` uses it. It replaces the rows of a test file if all of its tests ran and passed, and keeps the others. So
// `git diff --exit-code docs/sdks.md` after that fails if the table is old.
import { existsSync, globSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join, relative } from 'node:path'
import { fileURLToPath } from 'node:url'

const root = fileURLToPath(new URL('..', import.meta.url))
const page = join(root, 'docs/sdks.md')
const pattern = 'packages/emulator/test/{auth0-,nextjs-auth0,api-verifiers}*.slow.test.ts'

/** The SDKs, by how the names of their tests begin. */
const sdks = {
  'auth0-spa-js': '@auth0/auth0-spa-js',
  'auth0-react': '@auth0/auth0-react',
  'nextjs-auth0': '@auth0/nextjs-auth0',
  'auth0-server-js': '@auth0/auth0-server-js',
  '@auth0/ai': '@auth0/ai',
  'express-oauth2-jwt-bearer': 'express-oauth2-jwt-bearer',
  'fastify-auth0-verify': 'fastify-auth0-verify',
}

/** Other versions of the SDKs, for one run: see .ci/sdks.mjs. */
const { AUTH0_SDKS: others } = process.env

const directory = mkdtempSync(join(tmpdir(), 'sdk-versions-'))
// Tests that install packages write here which versions npm has installed.
const installed = join(directory, 'versions')
writeFileSync(installed, '')
process.env.INSTALLED_VERSIONS = installed

// biome-ignore lint/style/noDefaultExport: vitest takes a reporter's default export
export default class SdkTable {
  onTestRunEnd(modules) {
    const versions = readVersions()
    rmSync(directory, { recursive: true })
    if (others) return
    const files = globSync(pattern, { cwd: root }).sort()
    const rows = new Map(files.map((file) => [file, knownRows(file)]))
    for (const module of modules) {
      const file = relative(root, module.moduleId)
      const tests = [...module.children.allTests()]
      const isWhole =
        module.state() === 'passed' && tests.every((one) => one.result().state === 'passed')
      if (rows.has(file) && isWhole)
        rows.set(
          file,
          tests.map((test) => rowOf(test, file, versions)),
        )
    }
    const lines = [...rows.values()].flat()
    if (modules.some(({ moduleId }) => rows.has(relative(root, moduleId))))
      writeFileSync(page, describe(lines))
  }
}

/** Returns the rows that the page has of a test file. */
function knownRows(file) {
  const text = existsSync(page) ? readFileSync(page, 'utf8') : ''
  return text.split('\n').filter((line) => line.endsWith(`](../${file}) |`))
}

function readVersions() {
  const lines = readFileSync(installed, 'utf8').split('\n').filter(Boolean)
  return Object.fromEntries(lines.map((line) => line.split(' ')))
}

function rowOf({ fullName }, file, versions) {
  const sdk = Object.keys(sdks).find((name) => fullName.startsWith(name))
  if (!sdk) throw new Error(`A test must begin with the name of its SDK: ${fullName}`)
  const words = fullName.slice(sdk.length).replace(/^ with (\S+) > (.*)$/, '$2 ($1)')
  const step = words.replace(/^[\s,>]+/, '').replace(' > ', ': ')
  const cells = [sdk, versionOf(sdks[sdk], versions), cellOf(step), `[test](../${file})`]
  return `| ${cells.join(' | ')} |`
}

function describe(lines) {
  return `<!-- Written by \`npm run test:slow\` (.ci/sdk-table.mjs). Do not edit it. -->

# Official SDKs on the emulator

Each row is a test that passed: the SDK, unmodified, as npm has it, took these steps on the emulator. Rows of a known failure say what the SDK
does instead; [the truth of the emulator](emulator-truth.md#official-sdks) has their reasons and a way out.

| SDK | Version | What it did | Test |
| --- | --- | --- | --- |
${lines.join('\n')}
`
}

function versionOf(name, versions) {
  if (versions[name]) return versions[name]
  const manifest = join(root, 'node_modules', name, 'package.json')
  return JSON.parse(readFileSync(manifest, 'utf8')).version
}

function cellOf(text) {
  return text.replaceAll('|', '\\|').replaceAll('<', '&lt;')
}
