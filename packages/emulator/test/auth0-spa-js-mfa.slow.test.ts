import { open, openAndLogIn, shown } from '@connected-accounts/testing/application/login-sdk'
import { setUpStage } from '@connected-accounts/testing/application/stage'
import { logInAs, press } from '@connected-accounts/testing/chromium/person'
import type { Page } from 'playwright-core'
import { expect, test } from 'vitest'
import { createEmulator, defaultTenant } from '../src/index.js'
import { createOneTimePasswords } from '../src/oidc/mfa/one-time-password.js'

const factor = { id: 'totp|dev_1', type: 'totp' as const, totp_secret: 'JBSWY3DPEHPK3PXP' }

// The SDK's client of the MFA API calls `https://{domain}` only.
const stage = setUpStage(
  () => {
    const users = defaultTenant().users.map((user) => ({
      ...user,
      ...(user.user_id === 'auth0|alice' && { authentication_methods: [factor] }),
    }))
    return createEmulator({ port: 0, https: true, tenant: { users } })
  },
  new URL('pages/spa.ts', import.meta.url),
)

function enforcePolicy() {
  const { emulator } = stage()
  emulator.switches.set({ myAccountPolicy: 'enforced' })
  return { domain: new URL(emulator.url).host }
}

/** Asks the SDK for a token for the My Account API. */
async function getToken(page: Page) {
  const audience = `${stage().emulator.url}/me/`
  return page.evaluate(async (audience) => {
    const authorizationParams = { audience, scope: 'read:me:connected_accounts' }
    return window.auth0.getTokenSilently({ authorizationParams }).then(
      (token) => ({ token }),
      ({ error, mfa_token, mfa_requirements }) => ({ error, mfa_token, mfa_requirements }),
    )
  }, audience)
}

async function listAccounts(token: string | undefined): Promise<number> {
  const { emulator } = stage()
  const url = `${emulator.url}/me/v1/connected-accounts/accounts`
  const response = await emulator.fetch(url, { headers: { authorization: `Bearer ${token}` } })
  return response.status
}

test('auth0-spa-js throws MfaRequiredError at a refresh, and its MFA API completes it with a one-time password', async () => {
  const { page } = stage()
  await openAndLogIn(stage(), enforcePolicy())
  const refused = await getToken(page)
  expect(refused).toMatchObject({
    error: 'mfa_required',
    mfa_requirements: { challenge: [{ type: 'otp' }] },
  })
  const mfaToken = 'mfa_token' in refused ? refused.mfa_token : ''
  const otp = createOneTimePasswords().show(factor)
  const [authenticators, challenge] = await page.evaluate(
    async ({ mfaToken, otp }) => {
      const { mfa } = window.auth0
      const listed = await mfa.getAuthenticators(mfaToken)
      const challenged = await mfa.challenge({ mfaToken, challengeType: 'otp' })
      await mfa.verify({ mfaToken, otp })
      return [listed, challenged]
    },
    { mfaToken, otp },
  )
  expect(authenticators).toMatchObject([{ id: factor.id, authenticatorType: 'otp' }])
  expect(challenge).toMatchObject({ challengeType: 'otp' })
  const { token } = { token: undefined, ...(await getToken(page)) }
  expect(await listAccounts(token)).toBe(200)
})

test('auth0-spa-js opens a popup that asks for the one-time password, if it is told to', async () => {
  const { page } = stage()
  const more = { ...enforcePolicy(), interactiveErrorHandler: 'popup' as const }
  await openAndLogIn(stage(), more)
  const opened = page.waitForEvent('popup')
  const result = getToken(page)
  const popup = await opened
  // The page shows one that was not used before.
  const otp = (await popup.locator('code').textContent()) ?? ''
  await popup.locator('#code').fill(otp)
  await press(popup, 'Continue')
  const { token } = { token: undefined, ...(await result) }
  expect(await listAccounts(token)).toBe(200)
})

test('auth0-spa-js hears in its callback that a user has no second factor', async () => {
  const { emulator, page } = stage()
  const audience = `${emulator.url}/me/`
  await open(stage(), { ...enforcePolicy(), authorizationParams: { audience } })
  await press(page, 'Log in')
  await logInAs(page, 'bob@example.test')
  expect((await shown(page)).error).toMatchObject({ error: 'unmet_authentication_requirements' })
})
