import { loginWithCode } from '@connected-accounts/testing/person/login'
import { afterEach, beforeEach, expect, it } from 'vitest'
import { createEmulator, type Emulator, MY_ACCOUNT_AUDIENCE } from '../src/index.js'

let emulator: Emulator
beforeEach(async () => {
  emulator = await createEmulator({ port: 0, tenant: { custom_domains: ['login.localhost'] } })
})
afterEach(() => emulator.close())

const carol = {
  user_id: 'auth0|carol',
  email: 'carol@example.test',
  name: 'Carol',
  password: 'secret',
}

const send = (body: unknown) =>
  fetch(`${emulator.url}/_emulator/tenant`, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify(body),
  })

const logIn = (user: typeof carol) => {
  const audience = `${emulator.url}/me/`
  const scope = 'read:me:connected_accounts'
  return loginWithCode({ emulator, client: emulator.clients.spa, user, audience, scope })
}

it('a user who is added while the emulator runs can log in, until a reset', async () => {
  emulator.tenant.set({ users: [carol] })
  expect(emulator.users).toEqual([carol])
  expect((await logIn(carol)).access_token).toBeTruthy()
  emulator.reset()
  expect(emulator.users.map(({ name }) => name)).toEqual(['Alice', 'Bob'])
  await expect(logIn(carol)).rejects.toThrow()
})

it('over HTTP lists are replaced and read, with the audiences of the running domain', async () => {
  const before = emulator.tenant.get().client_grants
  const client_grants = [{ client_id: 'spa', audience: MY_ACCOUNT_AUDIENCE, scope: [] }]
  const tenant = await (await send({ client_grants })).json()
  expect(tenant.client_grants).toEqual([{ ...client_grants[0], audience: `${emulator.url}/me/` }])
  expect(tenant.users).toHaveLength(2)
  expect(await (await fetch(`${emulator.url}/_emulator/tenant`)).json()).toEqual(tenant)
  await fetch(`${emulator.url}/_emulator/reset`, { method: 'POST' })
  expect(emulator.tenant.get().client_grants).toEqual(before)
})

it.each([
  [{ users: [{ ...carol, email: 7 }] }, 'tenant/users/0/email must be string'],
  [{ users: [carol, carol] }, 'tenant/users must not have the user_id auth0|carol twice'],
  [{ custom_domains: ['x.localhost'] }, 'tenant/custom_domains cannot change'],
  [[], 'tenant must be object'],
])('%j is refused by name, and nothing changes', async (change, error) => {
  const before = emulator.tenant.get()
  const response = await send(change)
  expect(response.status).toBe(400)
  expect((await response.json()).error).toContain(error)
  expect(emulator.tenant.get()).toEqual(before)
})
