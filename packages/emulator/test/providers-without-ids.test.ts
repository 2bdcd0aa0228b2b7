import { createBrowser } from '@connected-accounts/testing/person/plain-browser'
import { manage } from '@connected-accounts/testing/tenant/management'
import { describe, expect, it } from 'vitest'
import type { Tenant } from '../src/index.js'
import { completion, createFlow } from './connect-flow.js'
import { googleOf, start } from './mistaken-tenant.js'
import { answerConsent, visitAuthorize } from './third-party.js'

/** Connects an account of a provider that sends no user ID. */
async function connectWithoutId(flow: Awaited<ReturnType<typeof createFlow>>, account?: string) {
  flow.context.switches.set({ providerUserId: 'missing' })
  const session = await flow.start()
  const callback = await flow.visit(session, account === undefined ? {} : { account })
  return flow.call('/complete', { body: completion(session, callback) })
}

const allow = (tenant: Tenant) => {
  googleOf(tenant).connected_accounts.allow_missing_user_id = true
}

describe('An account of which the provider sends no user ID', () => {
  it('is refused without allow_missing_user_id, by the name of the setting: 400', async () => {
    const flow = await createFlow()
    const response = await connectWithoutId(flow)
    expect(response.status).toBe(400)
    expect((await response.json()).detail).toContain('connected_accounts.allow_missing_user_id')
  })

  it('is connected with it, and there is at most one for a user and a connection', async () => {
    const flow = await createFlow({ change: allow })
    const first = await connectWithoutId(flow)
    expect(first.status).toBe(201)
    const second = await connectWithoutId(flow, 'alice.work@google.example')
    expect((await second.json()).id).toBe((await first.json()).id)
    const { accounts } = await (await flow.call('/accounts')).json()
    expect(accounts).toHaveLength(1)
    const token = await flow.resources.vault.exchange({
      userId: 'auth0|alice',
      connection: 'google-oauth2',
    })
    expect(token?.accessToken).toMatch(/^at_/)
  })

  it('stands beside accounts with a user ID', async () => {
    const flow = await createFlow({ change: allow })
    const session = await flow.start()
    const callback = await flow.visit(session)
    await flow.call('/complete', { body: completion(session, callback) })
    await connectWithoutId(flow)
    const { accounts } = await (await flow.call('/accounts')).json()
    expect(accounts).toHaveLength(2)
  })
})

it('A login with a provider that sends no user ID ends with an error in the callback', async () => {
  const { emulator, login } = await start(() => undefined)
  emulator.switches.set({ providerUserId: 'missing' })
  const browser = createBrowser(emulator.url)
  const consent = await visitAuthorize(login, { connection: 'google-oauth2' }, browser)
  const { url: callback } = await answerConsent(browser, consent)
  expect(callback.searchParams.get('error_description')).toBe('The provider sent no user ID')
})

it('The Management API sets allow_missing_user_id', async () => {
  const { emulator } = await start(() => undefined)
  const connected_accounts = { active: true, allow_missing_user_id: true }
  const body = { connected_accounts }
  const response = await manage(emulator, { path: '/connections/con_google', body })
  expect(await response.json()).toMatchObject(body)
})
