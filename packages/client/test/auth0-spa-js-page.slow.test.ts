import { createEmulator } from '@connected-accounts/emulator'
import { connect, openAndLogIn, shown } from '@connected-accounts/testing/application/login-sdk'
import { setUpStage } from '@connected-accounts/testing/application/stage'
import { press } from '@connected-accounts/testing/chromium/person'
import { recordRequests } from '@connected-accounts/testing/chromium/requests'
import { expect, test } from 'vitest'

const stage = setUpStage(
  () => createEmulator({ port: 0 }),
  new URL('pages/auth0-spa-js-page.ts', import.meta.url),
)
const connected = { value: { account: { connection: 'google-oauth2' } } }

/** Presses the button that opens a window. Returns the window when it shows the provider's page. */
async function openPopup() {
  const { page } = stage()
  const [popup] = await Promise.all([
    page.waitForEvent('popup'),
    press(page, 'Connect Google in a window'),
  ])
  await popup.getByRole('button', { name: 'Allow', exact: true }).waitFor()
  return popup
}

test.for([
  { scheme: 'Bearer', useDpop: false },
  { scheme: 'DPoP', useDpop: true },
])(
  'a page with auth0-spa-js, $scheme, connects by a redirect and in a popup, with one page for every callback',
  async ({ useDpop }) => {
    const { origin, page } = stage()
    await openAndLogIn(stage(), { useDpop })
    expect(await connect(page, 'Connect Google')).toMatchObject(connected)
    expect(page.url()).toBe(`${origin}/`)
    await page.goto(origin)
    const popup = await openPopup()
    await Promise.all([popup.waitForEvent('close'), press(popup, 'Allow')])
    expect(await shown(page)).toMatchObject(connected)
  },
)

test('a page with auth0-spa-js completes a popup with the session that the SDK keeps, where its opener is gone', async () => {
  const { context, page } = stage()
  await openAndLogIn(stage(), { useDpop: true })
  const wire = recordRequests(context, '/me/v1/connected-accounts/complete')
  const popup = await openPopup()
  await page.close()
  await Promise.all([popup.waitForEvent('close'), press(popup, 'Allow')])
  expect(wire.filter(({ status }) => status === 201)).toMatchObject([{ scheme: 'DPoP' }])
})

test('a page with auth0-spa-js tells a refused consent, and the user stays logged in', async () => {
  const { page } = stage()
  await openAndLogIn(stage())
  const { error } = await connect(page, 'Connect Google', 'Cancel')
  expect(error).toMatchObject({ code: 'access_denied' })
  await page.getByRole('button', { name: 'Connect Google', exact: true }).waitFor()
})

test('a page with auth0-spa-js logs out here and at the tenant', async () => {
  const { page } = stage()
  await openAndLogIn(stage(), { useDpop: true })
  await press(page, 'Log out')
  await page
    .getByRole('button', { name: 'Connect Google', exact: true })
    .waitFor({ state: 'detached' })
  await press(page, 'Log in')
  await page.locator('#password').waitFor()
})
