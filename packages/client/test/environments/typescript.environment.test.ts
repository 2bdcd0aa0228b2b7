import { randomUUID } from 'node:crypto'
import { writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import {
  type InstalledApplications,
  installApplications,
} from '@connected-accounts/testing/environment/install'
import { afterAll, beforeAll, test } from 'vitest'

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

/** Compiles files, and returns what the compiler says: nothing if all types are right. */
async function compile(version: string, files: string[], more: object): Promise<string> {
  const compilerOptions = {
    ...{ target: 'es2022', types: ['node'], strict: true, noEmit: true, jsx: 'react-jsx' },
    ...{ skipLibCheck: false, isolatedModules: true, ...more },
  }
  const tsconfig = `${randomUUID()}.json` // several are compiled at a time
  const content = JSON.stringify({ compilerOptions, files })
  await writeFile(join(installed.directory, 'typescript', tsconfig), content)
  const compiler = `../node_modules/typescript-${version}/bin/tsc`
  return installed
    .run('typescript', process.execPath, [compiler, '-p', tsconfig])
    .catch((error: Error) => error.message)
}

const modes = [
  ['nodenext', 'no DOM library', { ...withoutDom, exactOptionalPropertyTypes: true }],
  ['bundler', 'no DOM library', { ...withoutDom, exactOptionalPropertyTypes: false }],
  ['node16', 'the DOM library', { ...withDom, exactOptionalPropertyTypes: false }],
  ['bundler', 'the DOM library', { ...withDom, exactOptionalPropertyTypes: true }],
] as const // literal names
const cases = versions.flatMap((version) => modes.map((mode) => [version, ...mode] as const)) // a tuple

test.concurrent.for(cases)(
  'TypeScript %s with %s and %s reads the types of every entry, and a wrong type is an error',
  async ([version, resolution, , more], { expect }) => {
    const options = { ...resolutions[resolution], ...more }
    expect(await compile(version, ['program.ts', 'hooks.ts'], options)).toBe('')
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
  "TypeScript %s reads the entries for msw and Playwright with the DOM library, 5.6 with skipLibCheck because of msw's own types",
  async (version, { expect }) => {
    const options = { ...resolutions.bundler, ...withDom, skipLibCheck: version === '5.6' }
    expect(await compile(version, ['test-tools.ts'], options)).toBe('')
  },
)

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
