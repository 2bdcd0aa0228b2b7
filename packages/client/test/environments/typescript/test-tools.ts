// The entries for test tools. The types of msw and of Playwright need the DOM library.

import { createEmulator } from '@connected-accounts/emulator/msw'
import { expect, test } from '@connected-accounts/emulator/playwright'
import { setupServer } from 'msw/node'

export const emulator = await createEmulator({ domain: 'tenant.eu.auth0.com' })
setupServer(...emulator.handlers).listen()
// @ts-expect-error it opens no port
await createEmulator({ port: 0 })
// @ts-expect-error a user is named by its id
emulator.issueRefreshToken({ user: 'auth0|alice' })

test('connects an account', async ({ page, connect, consent }) => {
  await connect('google-oauth2')
  await consent({ decision: 'allow' })
  // @ts-expect-error there is no such decision
  await consent({ decision: 'deny' })
  await expect(page.getByRole('listitem')).toHaveCount(1)
})
