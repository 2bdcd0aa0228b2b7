// `npm run mutants` changes the code of a room in many small ways, each a mutant, and runs the tests on each of them.
// Fails if the tests kill less than 95 % of a room, or if a mutant survives that equivalent.mjs does not explain.
//
//   npm run mutants                                  every room below
//   npm run mutants -- client                        the rooms of a package
//   npm run mutants -- client/tokens server/login    these rooms
//   npm run mutants -- client/tokens/token-cache     one file

import { readFileSync } from 'node:fs'
import { relative } from 'node:path'
import { Stryker } from '@stryker-mutator/core'
import { equivalent } from './equivalent.mjs'

const rooms = [
  'client/authorization',
  'client/connect',
  'client/dpop',
  'client/tokens',
  'server/accounts',
  'server/api',
  'server/connect',
  'server/cookies',
  'server/login',
  'server/routes',
  'server/sessions',
  'server/store',
  'server/tokens',
]

/** Their tests need a Redis or a Postgres. */
const notMutated = ['!**/store/{leased-lock,postgres,redis}.ts']

const LOWEST_SCORE = 95

/** Runs the tests on the mutants of a room. `code` says which: patterns of files, or ranges of lines and columns. */
function mutate(room, code, { ignoreStatic }) {
  const stryker = new Stryker({
    mutate: code,
    ignoreStatic,
    testRunner: 'vitest',
    vitest: { configFile: '.ci/mutants/vitest.config.mjs' },
    checkers: ['typescript'],
    tsconfigFile: '.ci/mutants/tsconfig.json',
    plugins: [
      '@stryker-mutator/typescript-checker',
      '@stryker-mutator/vitest-runner',
      './.ci/mutants/error-messages.mjs',
    ],
    ignorers: ['error-messages'],
    ignorePatterns: ['.turbo', 'reports'],
    // A second runner makes tests with timers fail on two processors.
    concurrency: 1,
    dryRunTimeoutMinutes: 30,
    timeoutMS: 60_000,
    timeoutFactor: 4, // a slow machine kills no mutant
    reporters: ['progress-append-only', 'html'],
    htmlReporter: { fileName: `reports/mutants/${room.replaceAll('/', '-')}.html` },
  })
  return stryker.runMutationTest()
}

const isStatic = ({ status, statusReason }) =>
  status === 'Ignored' && statusReason?.startsWith('Static mutant')

/** Names a mutant, so that it is found again in another run. */
const nameOf = ({ fileName, location, replacement }) =>
  JSON.stringify([relative('.', fileName), location, replacement])

/** Returns where a mutant is, as Stryker wants it: lines from 1, columns from 0. */
function rangeOf({ fileName, location: { start, end } }) {
  const place = ({ line, column }) => `${line}:${column - 1}`
  return `${relative('.', fileName)}:${place(start)}-${place(end)}`
}

/**
 * Runs the tests on every mutant of a room or file. Returns the mutants that compile, with what became of them.
 *
 * A mutant is judged by the tests that run its code. Code that runs only while a module is loaded is judged by all tests, which
 * takes minutes for each mutant. Stryker would do so also for code that tests run later, so there are two runs.
 */
async function mutateRoom(room) {
  const [packageName, ...path] = room.split('/')
  process.env.MUTANTS_PACKAGE = packageName // for vitest.config.mjs
  const source = `packages/${packageName}/src/${path.join('/')}`
  const files = [path.length > 1 ? `${source}.ts` : `${source}/*.ts`, ...notMutated]
  const mutants = await mutate(room, files, { ignoreStatic: true })
  const names = new Set(mutants.filter(isStatic).map(nameOf))
  if (names.size > 0) {
    const ranges = [...new Set(mutants.filter(isStatic).map(rangeOf))]
    const rest = await mutate(`${room}-static`, ranges, { ignoreStatic: false })
    mutants.push(...rest.filter((mutant) => names.has(nameOf(mutant))))
  }
  return mutants.filter(({ status }) => !['CompileError', 'Ignored'].includes(status))
}

const isKilled = ({ status }) => ['Killed', 'Timeout'].includes(status)

const oneLine = (code) => code.replaceAll(/\s+/g, ' ').trim()

/** Returns a mutant as equivalent.mjs has it, with the number of its line. */
function read({ fileName, location: { start, end }, replacement }) {
  const lines = readFileSync(fileName, 'utf8').split('\n')
  const code = lines.slice(start.line - 1, end.line)
  code.push(code.pop().slice(0, end.column - 1))
  code[0] = code[0].slice(start.column - 1)
  return {
    file: relative('.', fileName),
    number: start.line,
    line: oneLine(lines[start.line - 1]),
    code: oneLine(code.join('\n')),
    mutant: oneLine(replacement),
  }
}

const isSame = (one) => (other) =>
  ['file', 'line', 'code', 'mutant'].every((field) => one[field] === other[field])

/** Prints what became of a room's mutants. Returns whether that is enough. */
function report(room, mutants, seconds) {
  const files = new Set(mutants.map(({ fileName }) => relative('.', fileName)))
  const explained = equivalent.filter(({ file }) => files.has(file))
  const survivors = mutants.filter((mutant) => !isKilled(mutant)).map(read)
  const unknown = survivors.filter((one) => !explained.some(isSame(one)))
  const outdated = explained.filter((one) => !survivors.some(isSame(one)))
  for (const { file, number, line, code, mutant } of unknown) {
    console.log(`\n${file}:${number} survived\n  ${line}\n- ${code}\n+ ${mutant}`)
  }
  for (const { file, line, code, mutant } of outdated) {
    console.log(
      `\n${file}: in equivalent.mjs, but killed or gone\n  ${line}\n- ${code}\n+ ${mutant}`,
    )
  }
  const killed = mutants.length - survivors.length
  const score = (killed / mutants.length) * 100
  console.log(
    `\n${room}: ${killed} of ${mutants.length} killed (${score.toFixed(1)} %), ` +
      `${survivors.length - unknown.length} equivalent, ${unknown.length} survived; ${seconds} s`,
  )
  return unknown.length + outdated.length === 0 && score >= LOWEST_SCORE
}

/** Returns the rooms that the command line asks for. */
function chosenRooms() {
  const chosen = process.argv.slice(2)
  if (chosen.length === 0) return rooms
  return chosen.flatMap((name) =>
    name.includes('/') ? [name] : rooms.filter((room) => room.startsWith(`${name}/`)),
  )
}

let isEnough = true
for (const room of chosenRooms()) {
  const startedAt = Date.now()
  const mutants = await mutateRoom(room)
  const seconds = Math.round((Date.now() - startedAt) / 1000)
  if (!report(room, mutants, seconds)) isEnough = false
}
process.exit(isEnough ? 0 : 1) // a browser of a mutant that hangs would keep the process alive
