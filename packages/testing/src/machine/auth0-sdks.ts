import { existsSync, readFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'

/** A package of Auth0 whose tests can run with another version. */
export type Auth0Sdk =
  | '@auth0/auth0-react'
  | '@auth0/auth0-server-js'
  | '@auth0/auth0-spa-js'
  | '@auth0/nextjs-auth0'

/** The versions of the packages that a test installs itself, because package-lock.json does not have them. */
const installed = { '@auth0/auth0-server-js': '1.12.1', '@auth0/nextjs-auth0': '4.30.0' }

/** The directory in which `.ci/sdks.mjs` has installed other versions. */
const { AUTH0_SDKS: others } = process.env

const root = dirname(fileURLToPath(new URL('../../../../package.json', import.meta.url)))

function directoryOf(name: string, base = root): string {
  return join(base, 'node_modules', name)
}

/** Returns the version that the tests run with. `npm run test:sdks` runs them with other versions than `npm run test:slow`. */
export function sdkVersion(name: Auth0Sdk): string {
  const directory = others && existsSync(directoryOf(name, others)) && directoryOf(name, others)
  if (!directory && name in installed) return installed[name as keyof typeof installed] // checked by `in`
  const manifest = readFileSync(join(directory || directoryOf(name), 'package.json'), 'utf8')
  return JSON.parse(manifest).version
}

/** Returns the folders of the packages with other versions, as a bundler's `alias`. */
export function sdkAliases(): Record<string, string> {
  if (!others) return {}
  const names = ['@auth0/auth0-react', '@auth0/auth0-spa-js'].filter((name) =>
    existsSync(directoryOf(name, others)),
  )
  const sdks = names.map((name) => [name, directoryOf(name, others)])
  // A page has one React, whatever npm has installed beside auth0-react.
  const react = ['react', 'react-dom'].map((name) => [name, directoryOf(name)])
  return Object.fromEntries([...sdks, ...react])
}
