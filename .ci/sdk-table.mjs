// Writes docs/sdks.md: each official SDK, its version, and the steps that it took on the emulator. It is a reporter of vitest, and
// `npm run test:slow` uses it. It writes only if all tests of the SDKs ran and passed. So `git diff --exit-code docs/sdks.md` after
// that fails if the table is old.
import { globSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
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
    const files = globSync(pattern, { cwd: root })
    const ran = modules.filter(({ moduleId }) => files.includes(relative(root, moduleId)))
    const isWhole = ran.length === files.length && ran.every((one) => one.state() === 'passed')
    const tests = ran.flatMap((one) => [...one.children.allTests()])
    if (!isWhole || tests.some((test) => test.result().state !== 'passed')) return
    writeFileSync(page, describe(rowsOf(tests), versions))
  }
}

function readVersions() {
  const lines = readFileSync(installed, 'utf8').split('\n').filter(Boolean)
  return Object.fromEntries(lines.map((line) => line.split(' ')))
}

/** Returns `[SDK, step, file]` of each test, in the order of the SDKs, the files and the tests. */
function rowsOf(tests) {
  const rows = tests.map((test) => {
    const sdk = Object.keys(sdks).find((name) => test.fullName.startsWith(name))
    if (!sdk) throw new Error(`A test must begin with the name of its SDK: ${test.fullName}`)
    const words = test.fullName.slice(sdk.length).replace(/^ with (\S+) > (.*)$/, '$2 ($1)')
    const step = words.replace(/^[\s,>]+/, '').replace(' > ', ': ')
    return [sdk, step, relative(join(root, 'docs'), test.module.moduleId)]
  })
  const place = ([sdk, , file]) => [Object.keys(sdks).indexOf(sdk), file]
  return rows.sort((one, other) => {
    const [[a, file], [b, next]] = [place(one), place(other)]
    return a - b || (file < next ? -1 : Number(file > next))
  })
}

function describe(rows, versions) {
  const lines = rows.map(([sdk, step, file]) => {
    const cells = [sdk, versionOf(sdks[sdk], versions), cellOf(step), `[test](${file})`]
    return `| ${cells.join(' | ')} |`
  })
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
