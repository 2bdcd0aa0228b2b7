import { once } from 'node:events'
import { readFile, writeFile } from 'node:fs/promises'
import { createServer, type Server } from 'node:http'
import { join } from 'node:path'
import { text } from 'node:stream/consumers'
import { createEmulator, defaultTenant, type Emulator } from '@connected-accounts/emulator'
import {
  type InstalledApplications,
  installApplications,
} from '@connected-accounts/testing/environment/install'
import { loginWithCode } from '@connected-accounts/testing/person/login'
import { afterAll, beforeAll, expect, test } from 'vitest'

// Needs the built packages, and npm's registry: for React Native, Jest, Hermes' compiler and the native packages of Expo.
const app = 'react-native'

let emulator: Emulator
let browser: Server
let applications: InstalledApplications
beforeAll(async () => {
  const clients = defaultTenant().clients.map((client) => ({
    ...client,
    callbacks: [...client.callbacks, 'myapp://connected'],
  }))
  emulator = await createEmulator({ port: 0, tenant: { clients } })
  browser = createServer(async (request, response) => {
    response.end((await emulator.consent(await text(request))).href)
  }).listen(0, 'localhost')
  await once(browser, 'listening')
  // Expo's packages name all of Expo as their peer, but their types and their stand-ins do not need it.
  applications = await installApplications(
    [new URL(`${app}/`, import.meta.url)],
    ['client', 'react'],
    ['--legacy-peer-deps'],
  )
  await pasteExamples(join(applications.directory, app))
})
afterAll(async () => {
  browser?.close()
  await emulator?.close()
  await applications?.remove()
})

/** Writes the examples of the docs into the application, with the emulator in place of their tenant. */
async function pasteExamples(folder: string): Promise<void> {
  const page = await readFile(new URL('../../../../docs/react-native.md', import.meta.url), 'utf8')
  const blocks = [...page.matchAll(/^```tsx?\n([\s\S]*?)^```$/gm)].map(([, code = '']) => code)
  const [example = ''] = blocks
  const store = blocks.find((code) => code.includes('AsyncStorage')) ?? ''
  const { clientId } = emulator.clients.spa
  await writeFile(
    join(folder, 'App.tsx'),
    `import 'react-native-url-polyfill/auto'\n${example}`
      .replace('tenant.eu.auth0.com', emulator.url)
      .replace('YOUR_CLIENT_ID', clientId),
  )
  await writeFile(join(folder, 'transactions.ts'), `import { client } from './App'\n${store}`)
}

test('the examples of the docs compile with the types of React Native and Expo, without those of a page', async () => {
  await applications.run(app, 'npx', ['tsc'])
})

test('the examples of the docs run on the globals of React Native: a person connects, closes the window, and disconnects', async () => {
  const { refresh_token: REFRESH_TOKEN = '' } = await loginWithCode({
    emulator,
    client: emulator.clients.spa,
  })
  const address = browser.address()
  const port = typeof address === 'object' ? address?.port : undefined
  const env = { REFRESH_TOKEN, BROWSER: `http://localhost:${port}` }
  // The timers of TanStack Query's garbage collection would keep Jest for five minutes.
  const output = await applications.run(app, 'npx', ['jest', '--ci', '--forceExit'], env)
  expect(output).toMatch(/Tests: +\d+ passed/)
})

test('Hermes compiles the bundle if asynchronous generators are translated, and refuses it otherwise', async () => {
  const bundle = (out: string, ...flags: string[]) =>
    applications.run(app, 'npx', ['esbuild', 'bundle.js', '--bundle', `--outfile=${out}`, ...flags])
  const compile = (file: string) => applications.run(app, 'node', ['hermes.cjs', file])
  await bundle('plain.js')
  await expect(compile('plain.js')).rejects.toThrow('async generators are unsupported')
  await bundle('lowered.js', '--supported:async-generator=false', '--supported:for-await=false')
  await compile('lowered.js')
})
