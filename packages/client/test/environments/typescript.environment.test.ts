import { randomUUID } from 'node:crypto'
import { writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import {
  type InstalledApplications,
  installApplications,
} from '@connected-accounts/testing/environment/install'
import { afterAll, beforeAll, expect, test } from 'vitest'

// Compiles the files in typescript/ against the packages as npm would publish them. Each has types that are wrong, marked as
// expected errors: a type that cannot be found would be `any`, and then the mark itself is the error.

let installed: InstalledApplications
beforeAll(async () => {
  const application = new URL('typescript/', import.meta.url)
  installed = await installApplications([application], ['client', 'react', 'server', 'emulator'])
})
afterAll(() => installed.remove())

const versions = ['5.6', '5.9', '6', '7']
const withoutDom = { lib: ['es2023'] }
const withDom = { lib: ['es2023', 'dom', 'dom.iterable'] }

/** Module options, by the `moduleResolution` that they bring. */
const resolutions = {
  node16: { module: 'node16', moduleResolution: 'node16' },
  nodenext: { module: 'nodenext', moduleResolution: 'nodenext' },
  bundler: { module: 'esnext', moduleResolution: 'bundler' },
  node10: { module: 'esnext', moduleResolution: 'node10' },
}

const common = { target: 'es2022', types: ['node'], strict: true, noEmit: true, jsx: 'react-jsx' }

/** Writes a project of the application, and returns the name of its tsconfig. */
async function project(files: string[], more: object, name: string = randomUUID()) {
  const tsconfig = `${name}.json` // several are compiled at a time
  const compilerOptions = { ...common, skipLibCheck: false, isolatedModules: true, ...more }
  const content = JSON.stringify({ compilerOptions, files })
  await writeFile(join(installed.directory, 'typescript', tsconfig), content)
  return tsconfig
}

/** Runs a compiler, and returns what it says: nothing if all types are right. */
function tsc(version: string, args: string[]): Promise<string> {
  const compiler = `../node_modules/typescript-${version}/bin/tsc`
  return installed
    .run('typescript', process.execPath, [compiler, ...args])
    .catch((error: Error) => error.message)
}

async function compile(version: string, files: string[], more: object): Promise<string> {
  return tsc(version, ['-p', await project(files, more)])
}

const onAndOff = [true, false]
const combinations = onAndOff.flatMap((dom) =>
  onAndOff.flatMap((exactOptionalPropertyTypes) =>
    onAndOff.map((isolatedModules) => ({ dom, exactOptionalPropertyTypes, isolatedModules })),
  ),
)

/** Writes a project for each of the combinations of options. The name says the combination. */
function projects(version: string, resolution: 'node16' | 'nodenext' | 'bundler') {
  return Promise.all(
    combinations.map(({ dom, ...options }) => {
      const on = Object.entries({ dom, ...options }).filter(([, isOn]) => isOn)
      const name = [version, resolution, ...on.map(([option]) => option)].join('-')
      const libraries = dom ? withDom : withoutDom
      const more = { ...resolutions[resolution], ...libraries, ...options }
      return project(['program.ts', 'hooks.ts'], more, name)
    }),
  )
}

const supported = ['node16', 'nodenext', 'bundler'] as const // literal names
const cases = versions.flatMap((version) =>
  supported.map((resolution) => [version, resolution] as const),
)

test.concurrent.for(cases)(
  'TypeScript %s with %s reads the types of every entry, and a wrong type is an error: with the DOM library and without, exactOptionalPropertyTypes and isolatedModules on and off',
  async ([version, resolution], { expect }) => {
    const written = await projects(version, resolution)
    // One process for all, because a compiler that is warm takes half of the time. It names each project before its errors.
    const said = await tsc(version, ['--build', '--force', '--verbose', ...written])
    expect(said.match(/Building project /g)).toHaveLength(8)
    expect(said).not.toMatch(/error/)
  },
)

test.concurrent.for(versions)(
  'TypeScript %s without the DOM library and with skipLibCheck finds a wrong type, too',
  async (version, { expect }) => {
    const options = { ...resolutions.nodenext, ...withoutDom, skipLibCheck: true }
    expect(await compile(version, ['program.ts', 'hooks.ts'], options)).toBe('')
  },
)

test.concurrent.for(versions)(
  'TypeScript %s reads the entries for msw and Playwright with the DOM library, 5.6 with msw 2',
  async (version, { expect }) => {
    // npm decides in which of the two folders it is.
    const inMsw2 = (file: string) =>
      ['./', '../'].map((folder) => `${folder}node_modules/msw-2/lib/${file}`)
    const paths = { msw: inMsw2('core/index.d.mts'), 'msw/node': inMsw2('node/index.d.mts') }
    const options = { ...resolutions.bundler, ...withDom, ...(version === '5.6' && { paths }) }
    expect(await compile(version, ['test-tools.ts'], options)).toBe('')
  },
)

test("TypeScript 5.6 finds errors in msw 3's own types only", async () => {
  const options = { ...resolutions.bundler, ...withDom }
  const said = await compile('5.6', ['test-tools.ts'], options)
  const files = [...said.matchAll(/^(.*)\(\d+,\d+\): error/gm)].map(([, file]) => file)
  const folder = '../node_modules/@mswjs/interceptors/lib/node'
  expect(files).toEqual([`${folder}/index.d.ts`, `${folder}/interceptors/WebSocket/index.d.ts`])
})

test.concurrent.for(versions)(
  'A CommonJS module in TypeScript %s imports with import(), and statically with nodenext from 5.8',
  async (version, { expect }) => {
    const options = { ...withoutDom, skipLibCheck: true }
    const files = ['dynamic.cts', 'commonjs.cts']
    const statically = await compile(version, files, { ...resolutions.node16, ...options })
    expect(statically).toContain('TS1479')
    expect(statically).not.toContain('dynamic.cts')
    const said = await compile(version, files, { ...resolutions.nodenext, ...options })
    if (version === '5.6') expect(said).toContain('TS1479')
    else expect(said).toBe('')
  },
)

test.concurrent.for([
  ['5.6', "could not be resolved under your current 'moduleResolution' setting"],
  ['5.9', "could not be resolved under your current 'moduleResolution' setting"],
  ['6', 'TS5107'],
  ['7', 'TS5108'],
] as const)(
  'TypeScript %s says that node10 is not supported: %s',
  async ([version, message], { expect }) => {
    const options = { ...resolutions.node10, ...withoutDom, skipLibCheck: true }
    expect(await compile(version, ['program.ts'], options)).toContain(message)
  },
)
