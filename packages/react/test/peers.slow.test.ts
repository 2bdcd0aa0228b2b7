import { execFile } from 'node:child_process'
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { promisify } from 'node:util'
import { afterAll, beforeAll, expect, test } from 'vitest'

// Needs npm's registry, for the oldest peers that the package takes.
const run = promisify(execFile)
const peers = mkdtempSync(join(tmpdir(), 'connected-accounts-'))
const root = fileURLToPath(new URL('../../..', import.meta.url))
const { peerDependencies } = JSON.parse(
  readFileSync(new URL('../package.json', import.meta.url), 'utf8'),
)
const tanstack = peerDependencies['@tanstack/react-query'].replace('^', '')
const packages = ['react@18', 'react-dom@18', `@tanstack/react-query@${tanstack}`]

beforeAll(async () => {
  writeFileSync(join(peers, 'package.json'), '{ "private": true }')
  const flags = ['--no-audit', '--no-fund', '--save-exact']
  await run('npm', ['install', ...flags, ...packages], { cwd: peers, timeout: 120_000 })
}, 150_000)
afterAll(() => rmSync(peers, { recursive: true, force: true }))

/** Runs the tests of the hooks once more, and returns their results. */
async function runTests(project: string, files: string) {
  const { VITEST: _, ...inherited } = process.env
  const env = { ...inherited, REACT_PEERS: peers }
  const report = join(peers, `${project}.json`)
  const args = ['--project', project, '--reporter=json', `--outputFile=${report}`, files]
  const vitest = join(root, 'node_modules/.bin/vitest')
  await run(vitest, ['run', ...args], { cwd: root, env }).catch(() => undefined) // the report says what failed
  const { numTotalTests, testResults }: Report = JSON.parse(readFileSync(report, 'utf8'))
  const failed = testResults
    .flatMap(({ assertionResults }) => assertionResults)
    .filter(({ status }) => status !== 'passed')
  return { numTotalTests, failed: failed.map(({ title }) => title) }
}

/** What is used of Vitest's JSON report. */
interface Report {
  numTotalTests: number
  testResults: { assertionResults: { status: string; title: string }[] }[]
}

test.for([
  { project: 'browser', files: 'packages/react/test', atLeast: 100 },
  { project: 'node', files: 'packages/react/test/popup', atLeast: 10 },
  { project: 'slow', files: 'packages/react/test/popup', atLeast: 20 },
])(
  'the tests of the hooks pass with React 18 and the oldest TanStack Query: $files, $project',
  { timeout: 600_000 },
  async ({ project, files, atLeast }) => {
    const { numTotalTests, failed } = await runTests(project, files)
    expect(failed).toEqual([])
    expect(numTotalTests).toBeGreaterThan(atLeast)
  },
)
