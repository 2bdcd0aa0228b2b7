/// <reference types="vite/client" />
import { expect, test } from 'vitest'
import { render } from 'vitest-browser-react'
import rootReadme from '../../../README.md?raw'
import readme from '../README.md?raw'
import { GitHubAccounts } from './GitHubAccounts.js'
import example from './GitHubAccounts.tsx?raw'
import {
  consent,
  createTestBed,
  failNext,
  nextNavigation,
  seed,
  type TestBed,
  withEmulator,
} from './support.js'

withEmulator()

/** Has every request wait until it is let through. */
function holdRequests(bed: TestBed): () => void {
  const { send } = bed
  const { promise: letThrough, resolve } = deferred()
  bed.send = async (request) => {
    await letThrough
    return send(request)
  }
  return resolve
}

function deferred() {
  let resolve = () => {}
  const promise = new Promise<void>((fulfil) => {
    resolve = fulfil
  })
  return { promise, resolve }
}

test.for([
  ['the project', rootReadme],
  ['the package', readme],
])('the first example in the README of %s is the component that these tests run', ([, text]) => {
  const [, code] = /^```tsx\n([\s\S]*?)^```$/m.exec(text ?? '') ?? []
  expect(code).toBe(example)
})

test('the example says that it loads, lists an account, and disconnects it', async () => {
  await seed(1, 'github')
  const bed = createTestBed()
  const letThrough = holdRequests(bed)
  const screen = await render(<GitHubAccounts />, { wrapper: bed.page })
  await expect.element(screen.getByText('Loading your accounts…')).toBeVisible()
  letThrough()
  const today = new Date().toLocaleDateString()
  await expect
    .element(screen.getByRole('listitem'))
    .toHaveTextContent(`GitHub, connected on ${today}Disconnect`)
  await expect.element(screen.getByText('Loading your accounts…')).not.toBeInTheDocument()
  await screen.getByRole('button', { name: 'Disconnect' }).click()
  await expect.element(screen.getByRole('listitem')).not.toBeInTheDocument()
  await expect.poll(() => bed.calls.some((call) => call.startsWith('DELETE'))).toBe(true)
})

test('the example connects an account, from the click to the list', async () => {
  const left = nextNavigation()
  const before = await render(<GitHubAccounts />, { wrapper: createTestBed().page })
  await before.getByRole('button', { name: 'Connect GitHub' }).click()
  window.history.replaceState(null, '', await consent(await left))
  await before.unmount()
  const after = await render(<GitHubAccounts />, { wrapper: createTestBed().page })
  await expect.element(after.getByText(/^GitHub, connected on/)).toBeVisible()
})

test('the example shows an error in words for users', async () => {
  const bed = createTestBed()
  await failNext('createConnectedAccountRequest', 403)
  const screen = await render(<GitHubAccounts />, { wrapper: bed.page })
  await screen.getByRole('button', { name: 'Connect GitHub' }).click()
  await expect
    .element(screen.getByRole('alert'))
    .toHaveTextContent('Your login does not allow this. Log in again and allow it.')
})
