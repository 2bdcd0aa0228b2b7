import { expect, test } from 'vitest'
import { connect, openAndLogIn, shown } from '../../emulator/test/application.js'
import { setUpStage } from '../../emulator/test/chromium.js'
import { recordRequests } from '../../emulator/test/wire.js'

const stage = setUpStage('../../../client/test/pages/react.tsx')

test.for([
  { scheme: 'Bearer', useDpop: false },
  { scheme: 'DPoP', useDpop: true },
])(
  'with the tokens of auth0-react 2.27.0, $scheme, an account is connected once, though StrictMode completes twice',
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
