import { trust } from '@connected-accounts/testing/machine/network'
import { redirectUri } from '@connected-accounts/testing/person/login'
import { createBrowser } from '@connected-accounts/testing/person/plain-browser'
import { managementToken } from '@connected-accounts/testing/tenant/management'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { createEmulator, defaultTenant, type Emulator } from '../src/index.js'
import {
  createShell,
  type Placeholders,
  readCommands,
  requirePrograms,
} from './documented-commands.js'

let emulator: Emulator
let shell: Awaited<ReturnType<typeof createShell>>
let commands: string[]
let account: { id: string } | undefined

beforeAll(async () => {
  await requirePrograms('bash', 'curl', 'jq')
  const { clients, apis, connections } = defaultTenant()
  // What the document configures is not configured yet.
  for (const client of clients) client.refresh_token.policies = []
  for (const connection of connections) connection.connected_accounts.active = false
  const [, example] = apis
  if (example) apis.push({ ...example, identifier: 'https://my-example-api.com' })
  emulator = await createEmulator({ port: 0, https: true, tenant: { clients, apis, connections } })
  trust(emulator)
  shell = await createShell(emulator)
  commands = await readCommands()
})
afterAll(async () => {
  await shell.close()
  await emulator.close()
})

/** What Alice does at the URL that the document opens: she logs in, or allows access to her account. */
async function browse(url: string): Promise<URL> {
  const browser = createBrowser(emulator.url)
  const visit = await browser.visit(url)
  const account = /value="([^"]+)" required checked/.exec(visit.page?.html ?? '')?.[1]
  const login = { username: 'alice@example.test', password: 'password' }
  const answer = account === undefined ? login : { account, decision: 'allow' }
  return (await browser.submit(visit, answer)).url
}

const scopes = ['create', 'read', 'delete'].map((verb) => `${verb}:me:connected_accounts`)

const known: Placeholders = {
  clientId: 'web',
  CLIENT_ID: 'web',
  CLIENT_SECRET: 'web-secret',
  connectionId: 'con_google',
  connectionName: 'google-oauth2',
  userId: 'auth0%7Calice',
  REDIRECT_URI: redirectUri,
  STATE: 'a-state',
}

/** Runs the next command. */
const next = () => shell.run(commands.shift() ?? '', known)

/** Runs the next command, which is to be answered with this status, and gives the body. */
async function answer(status: number) {
  const outcome = await next()
  expect(outcome).toEqual({ ...outcome, status })
  return JSON.parse(outcome.stdout)
}

describe('The commands of the page "Connected Accounts for Token Vault", one after the other', () => {
  it('configure the client and the connection', async () => {
    known.YOUR_MANAGEMENT_API_TOKEN = await managementToken(emulator)
    const policy = { audience: `${emulator.url}/me/`, scope: scopes }
    expect(await answer(200)).toMatchObject({
      client_id: 'web',
      refresh_token: { rotation_type: 'non-rotating', policies: [policy] },
    })
    expect(await answer(200)).toMatchObject({ connected_accounts: { active: true } })
  })

  it('log in, redeem the code, and exchange the refresh token for a token of the My Account API', async () => {
    const callback = await browse((await next()).stdout)
    expect(callback.searchParams.get('state')).toBe('a-state')
    known.CONNECT_CODE = callback.searchParams.get('code') ?? ''
    const redeemed = await next()
    expect(redeemed).toEqual({ status: 200, stdout: expect.stringMatching(/^[\w-]{20,}\n$/) })
    known.REFRESH_TOKEN = redeemed.stdout.trim()
    const { access_token, token_type, scope } = await answer(200)
    expect(token_type).toBe('Bearer')
    expect(scope.split(' ')).toEqual(expect.arrayContaining(scopes))
    known.MY_ACCOUNT_API_TOKEN = access_token
  })

  it('connect an account, whose code comes in the fragment as the page says, and complete it', async () => {
    const session = await answer(201)
    expect(session).toEqual({
      auth_session: expect.stringMatching(/^\S{64}$/),
      connect_uri: `${emulator.url}/connect`,
      connect_params: { ticket: expect.stringMatching(/^[\da-f]{8}(-[\da-f]{4}){3}-[\da-f]{12}$/) },
      expires_in: 300,
    })
    known.AUTH_SESSION = session.auth_session
    known.tickedId = session.connect_params.ticket
    const callback = await browse((await next()).stdout)
    const fragment = new URLSearchParams(callback.hash.slice(1))
    expect(fragment.get('state')).toBe('a-state')
    known.CONNECT_CODE = fragment.get('connect_code') ?? ''
    account = await answer(201)
    expect(account).toEqual({
      id: expect.stringMatching(/^cac_[A-Za-z0-9]{22}$/),
      connection: 'google-oauth2',
      created_at: expect.stringMatching(/^\d{4}-\d\d-\d\dT[\d:.]+Z$/),
      scopes: ['openid', 'profile'],
      access_type: 'offline',
    })
  })

  it('list connections and accounts, at the Management API, too, and delete the account', async () => {
    const google = { name: 'google-oauth2', strategy: 'google-oauth2' }
    expect(await answer(200)).toEqual({ connections: [{ ...google, scopes: expect.any(Array) }] })
    expect(await answer(200)).toEqual({ accounts: [account] })
    const managed = { ...account, connection_id: 'con_google', strategy: 'google-oauth2' }
    expect(await answer(200)).toEqual({ connected_accounts: [managed] })
    expect(await answer(200)).toEqual({ accounts: [account] })
    known.connectedAccountId = account?.id ?? ''
    expect(await next()).toEqual({ status: 204, stdout: '' })
    expect(commands).toEqual([])
  })
})

it('A program that is missing is named, with the way out', async () => {
  await expect(requirePrograms('curl', 'no-such-program')).rejects.toThrow(
    'This test needs no-such-program: install it',
  )
})
