import { stripVTControlCharacters } from 'node:util'
import {
  type InstalledApplications,
  installApplications,
} from '@connected-accounts/testing/environment/install'
import { afterAll, beforeAll, expect, test } from 'vitest'

// Needs the built packages, and npm's registry: for jsdom and Testing Library.
let applications: InstalledApplications
beforeAll(async () => {
  const application = new URL('environments/jsdom/', import.meta.url)
  applications = await installApplications([application], ['client', 'react'])
})
afterAll(() => applications?.remove())

test('an application tests its flows in jsdom: redirects by navigate, and popups that are not there', async () => {
  const output = await applications.run('jsdom', 'npx', ['vitest', 'run'])
  expect(stripVTControlCharacters(output)).toMatch(/Tests +5 passed/)
})
