import { loginWithCode, requestToken } from '@connected-accounts/testing/person/login'
import { expect, it } from 'vitest'
import { answersOf, start } from './mistaken-tenant.js'

const unmet = {
  error: 'unmet_authentication_requirements',
  error_description: 'The user does not meet the policy of the My Account API',
}

it('The Default Policy of the My Account API refuses a refresh for it, and no other: 403', async () => {
  const { emulator, login, me } = await start(() => undefined)
  const { refresh_token = '' } = await loginWithCode(login)
  const refresh = (audience: string) =>
    requestToken(login, { grant_type: 'refresh_token', refresh_token, audience })
  emulator.switches.set({ myAccountPolicy: 'unmet' })
  expect(await refresh(me)).toMatchObject({ status: 403, body: unmet })
  expect((await refresh('https://api.example.test/')).status).toBe(200)
  emulator.switches.set({ myAccountPolicy: 'none' })
  expect((await refresh(me)).status).toBe(200)
})

it('The Default Policy of the My Account API refuses a login for it, also with prompt=none', async () => {
  const { emulator, login, me } = await start(() => undefined)
  emulator.switches.set({ myAccountPolicy: 'unmet' })
  expect(await answersOf(login, { audience: me })).toEqual([unmet, unmet])
  const [other, again] = await answersOf(login, { audience: 'https://api.example.test/' })
  expect([other, again]).toEqual([{ code: expect.any(String) }, { code: expect.any(String) }])
})
