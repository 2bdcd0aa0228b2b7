import { loginWithCode, requestToken } from '@connected-accounts/testing/person/login'
import { createBrowser } from '@connected-accounts/testing/person/plain-browser'
import { manage } from '@connected-accounts/testing/tenant/management'
import { expect, it, onTestFinished } from 'vitest'
import {
  createEmulator,
  type Emulator,
  type EmulatorOptions,
  type Snapshot,
  TOKEN_VAULT_GRANT,
} from '../src/index.js'
import { answerConsent, visitAuthorize } from './third-party.js'

const alice = 'auth0|alice'

async function start(options: EmulatorOptions = {}): Promise<Emulator> {
  const emulator = await createEmulator({ port: 0, ...options })
  onTestFinished(() => emulator.close())
  return emulator
}

/** What a snapshot is after it was written to a file and read again. */
const written = (emulator: Emulator): Snapshot => JSON.parse(JSON.stringify(emulator.snapshot()))

/** Alice logs in to the web application, which asks Token Vault for a token. */
async function exchange(emulator: Emulator, connection: string, hint?: string) {
  const login = { emulator, client: emulator.clients.web }
  const { refresh_token = '' } = await loginWithCode(login)
  return requestToken(login, {
    grant_type: TOKEN_VAULT_GRANT,
    requested_token_type: 'http://auth0.com/oauth/token-type/federated-connection-access-token',
    subject_token: refresh_token,
    subject_token_type: 'urn:ietf:params:oauth:token-type:refresh_token',
    connection,
    ...(hint !== undefined && { login_hint: hint }),
  })
}

/** Whose token it is, as the third party sees it. */
async function whose(emulator: Emulator, connection: string, hint?: string) {
  const { status, body } = await exchange(emulator, connection, hint)
  if (status !== 200) return status
  const headers = { authorization: `Bearer ${body.access_token}` }
  return (await fetch(`${emulator.url}/upstream/${connection}/userinfo`, { headers })).json()
}

async function logInWithGoogle(emulator: Emulator): Promise<void> {
  const login = { emulator, client: emulator.clients.spa }
  const browser = createBrowser(emulator.url)
  const page = await visitAuthorize(login, { connection: 'google-oauth2' }, browser)
  const { url } = await answerConsent(browser, page)
  expect(url.searchParams.get('code')).toBeTruthy()
}

it('An emulator goes on from a snapshot at another address: configuration, users, accounts and their order', async () => {
  const first = await start()
  await first.seed([
    { user_id: alice, connection: 'google-oauth2', emails: ['one@a.test', 'two@a.test'] },
    { user_id: 'auth0|bob', connection: 'github' },
  ])
  await first.seed({ user_id: alice, connection: 'google-oauth2', emails: ['one@a.test'] })
  await logInWithGoogle(first)
  const carol = { user_id: 'auth0|carol', email: 'carol@a.test', name: 'Carol', password: 'secret' }
  first.tenant.set({ users: [...first.tenant.get().users, carol] })
  await manage(first, { path: '/clients/spa', method: 'PATCH', body: { name: 'Renamed' } })
  const snapshot = written(first)
  const next = await start({ snapshot })
  expect(written(next)).toEqual(snapshot)
  expect(snapshot.connection_users).toHaveLength(1)
  expect(snapshot.tenant.clients[0]?.name).toBe('Renamed')
  expect(next.tenant.get().apis.map(({ identifier }) => identifier)).toContain(`${next.url}/me/`)
  await loginWithCode({ emulator: next, client: next.clients.spa, user: carol })
  expect(await whose(next, 'google-oauth2')).toEqual(await whose(first, 'google-oauth2'))
  expect(await whose(next, 'google-oauth2')).toMatchObject({ email: 'one@a.test' })
  expect(await whose(next, 'google-oauth2', 'two@a.test')).toMatchObject({ email: 'two@a.test' })
  const [added] = await next.seed({ user_id: alice, connection: 'github' })
  expect(next.snapshot().connected_accounts.at(-1)).toMatchObject({ id: added?.id })
  expect(await whose(next, 'github')).toMatchObject({ email: 'seed.3@github.example' })
})

it('A snapshot has no token, and says which account cannot be exchanged any more', async () => {
  const first = await start()
  first.switches.set({ providerRefreshToken: 'missing' })
  await first.seed({ user_id: alice, connection: 'github' })
  first.switches.set({ providerRefreshToken: 'issued' })
  await first.seed({ user_id: alice, connection: 'google-oauth2' })
  const snapshot = written(first)
  expect(JSON.stringify(snapshot)).not.toMatch(/[ar]t_[A-Za-z0-9]{40}/)
  expect(snapshot.connected_accounts.map((account) => account.refresh_token)).toEqual([false, true])
  const next = await start({ snapshot })
  expect(await whose(next, 'github')).toBe(401)
  expect(await whose(next, 'google-oauth2')).toMatchObject({ email: expect.any(String) })
})

it('An account whose tokens Token Vault has dropped, because nobody used them for a year, stays without', async () => {
  const first = await start()
  await first.seed({ user_id: alice, connection: 'acme' })
  first.clock.advance(366 * 86_400)
  expect(await whose(first, 'acme')).toBe(401)
  const next = await start({ snapshot: written(first) })
  expect(await whose(next, 'acme')).toBe(401)
})

it('reset() restores what the snapshot had', async () => {
  const first = await start()
  await first.seed({ user_id: alice, connection: 'github', count: 2 })
  await logInWithGoogle(first)
  const snapshot = written(first)
  const next = await start({ snapshot })
  await next.seed({ user_id: 'auth0|bob', connection: 'acme' })
  next.tenant.set({ connections: [] })
  next.reset()
  expect(written(next)).toEqual(snapshot)
  expect(await whose(next, 'github')).toMatchObject({ email: 'seed.2@github.example' })
})

it('A snapshot leaves out the accounts of users and connections that the tenant no longer has', async () => {
  const first = await start()
  const connections = ['github', 'acme']
  for (const connection of connections) await first.seed({ user_id: alice, connection })
  await first.seed({ user_id: 'auth0|bob', connection: 'acme' })
  const { users, connections: known } = first.tenant.get()
  first.tenant.set({
    users: users.filter(({ user_id }) => user_id === alice),
    connections: known.filter(({ name }) => name !== 'github'),
  })
  const { connected_accounts } = written(first)
  expect(connected_accounts.map(({ connection }) => connection)).toEqual(['acme'])
  await start({ snapshot: written(first) })
})

const account = {
  user_id: alice,
  id: 'cac_1',
  connection: 'github',
  scopes: ['repo'],
  created_at: '2026-01-01T00:00:00.000Z',
  email: 'a@a.test',
  refresh_token: true,
  connected_order: 1,
  used_at: '2026-01-01T00:00:00.000Z',
}
const person = {
  user_id: 'github|1',
  email: 'a@a.test',
  name: 'A',
  identity: { connection: 'github', user_id: '1', provider: 'github', isSocial: true },
}
const accounts = (change: object) => ({ connected_accounts: [{ ...account, ...change }] })

it.each([
  [{ version: 2 }, /^snapshot\/version is 2, .*update @connected-accounts\/emulator$/],
  [{ version: undefined }, /^snapshot\/version must be 1: .*--config$/],
  [{ sessions: [] }, 'snapshot must NOT have additional properties: sessions'],
  [{ tenant: { clients: [] } }, 'snapshot/tenant/apis is missing'],
  [{ connected_accounts: [{}] }, /^snapshot\/connected_accounts\/0 .*'user_id'/],
  [accounts({ used_at: 'now' }), /^snapshot\/connected_accounts\/0\/used_at .*date-time/],
  [accounts({ refresh_token: 'rt_1' }), 'snapshot/connected_accounts/0/refresh_token must be'],
  [accounts({ user_id: 'auth0|x' }), 'snapshot/connected_accounts/0/user_id must be a user'],
  [accounts({ connection: 'x' }), 'snapshot/connected_accounts/0/connection must be a connection'],
  [{ connected_accounts: [account, account] }, 'snapshot/connected_accounts/1/id is there twice'],
  [{ connection_users: [person, person] }, 'snapshot/connection_users/1/user_id is there twice'],
])('A snapshot with %o is refused by the name of the field', async (change, message) => {
  const snapshot = { ...written(await start()), ...change } as Snapshot // wrong on purpose
  await expect(createEmulator({ port: 0, snapshot })).rejects.toThrow(message)
})

it('A snapshot with a wrong tenant is refused by the name of the field', async () => {
  const snapshot = written(await start())
  Object.assign(snapshot.tenant.clients[0] ?? {}, { callbacks: 'http://localhost:*' })
  const refused = expect(createEmulator({ port: 0, snapshot })).rejects
  await refused.toThrow('snapshot/tenant/clients/0/callbacks must be array')
})

it('A snapshot and a tenant together are refused', async () => {
  const snapshot = written(await start())
  const refused = expect(createEmulator({ port: 0, snapshot, tenant: {} })).rejects
  await refused.toThrow('tenant must be left out with snapshot')
})
