import { createEmulator } from '@connected-accounts/emulator'
import { connect, openAndLogIn, shown } from '@connected-accounts/testing/application/login-sdk'
import { setUpStage } from '@connected-accounts/testing/application/stage'
import { press } from '@connected-accounts/testing/chromium/person'
import { recordRequests } from '@connected-accounts/testing/chromium/requests'
import { expect, test } from 'vitest'

const stage = setUpStage(
  () => createEmulator({ port: 0 }),
  new URL('pages/spa.ts', import.meta.url),
)

const schemes = [
  { scheme: 'Bearer', useDpop: false },
  { scheme: 'DPoP', useDpop: true },
]

test.for(schemes)(
  'with the tokens of auth0-spa-js, $scheme, an account is connected, listed and deleted',
  async ({ scheme, useDpop }) => {
    const { context, page } = stage()
    const wire = recordRequests(context, '/me/v1')
    await openAndLogIn(stage(), { useDpop })
    const { value } = await connect(page, 'Connect Google')
    expect(value).toMatchObject({ account: { connection: 'google-oauth2' } })
    const { account } = Object(value)
    await press(page, 'List')
    await expect.poll(() => shown(page)).toEqual({ value: { accounts: [account] } })
    await press(page, 'Disconnect')
    await expect.poll(() => shown(page)).toEqual({ value: null })
    await press(page, 'List')
    await expect.poll(() => shown(page)).toEqual({ value: { accounts: [] } })
    expect(new Set(wire.map((request) => request.scheme))).toEqual(new Set([scheme]))
    expect(new Set(wire.map(({ hasProof }) => hasProof))).toEqual(new Set([useDpop]))
  },
)

test('a nonce that expires is replaced in the store of auth0-spa-js, with one repeat', async () => {
  const { context, emulator, page } = stage()
  await openAndLogIn(stage(), { useDpop: true })
  await press(page, 'List')
  await expect.poll(() => shown(page)).toEqual({ value: { accounts: [] } })
  emulator.clock.advance(301)
  const wire = recordRequests(context, '/me/v1')
  const statuses = () => wire.map(({ status }) => status)
  await press(page, 'List')
  await expect.poll(statuses).toEqual([401, 200])
  await press(page, 'List')
  await expect.poll(statuses).toEqual([401, 200, 200])
})

test('a proof that auth0-spa-js makes by a wrong clock is an error that names it', async () => {
  const { emulator, page } = stage()
  await openAndLogIn(stage(), { useDpop: true })
  emulator.clock.skewProofs(600)
  await press(page, 'List')
  await expect
    .poll(() => shown(page))
    .toMatchObject({
      error: {
        code: 'invalid_dpop_proof',
        message: expect.stringContaining('the clock here says'),
      },
    })
})
