import { createEmulator } from '@connected-accounts/emulator'
import { connect, openAndLogIn, shown } from '@connected-accounts/testing/application/login-sdk'
import { setUpStage } from '@connected-accounts/testing/application/stage'
import { recordRequests } from '@connected-accounts/testing/chromium/requests'
import { expect, test } from 'vitest'

const stage = setUpStage(
  () => createEmulator({ port: 0 }),
  new URL('pages/react.tsx', import.meta.url),
)

test.for([
  { scheme: 'Bearer', useDpop: false },
  { scheme: 'DPoP', useDpop: true },
])(
  'with the tokens of auth0-react, $scheme, an account is connected once, though StrictMode completes twice',
  async ({ scheme, useDpop }) => {
    const { context, page } = stage()
    const wire = recordRequests(context, '/me/v1/connected-accounts/complete')
    await openAndLogIn(stage(), { useDpop })
    const { isAuthenticated, completed, error } = await connect(page, 'Connect Google')
    expect([isAuthenticated, error]).toEqual([true, undefined])
    expect(completed).toMatchObject({ account: { connection: 'google-oauth2' } })
    expect(wire.filter(({ status }) => status === 201)).toMatchObject([
      { scheme, hasProof: useDpop },
    ])
  },
)

test('without skipRedirectCallback auth0-react takes the callback for its own, and fails', async () => {
  const { origin, page } = stage()
  await openAndLogIn(stage())
  await page.goto(`${origin}/without-skip`)
  const { error } = await connect(page, 'Connect Google')
  expect(error).toMatchObject({ error: 'missing_transaction' })
  expect((await shown(page)).isAuthenticated).toBe(false)
})
