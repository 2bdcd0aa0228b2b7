import { sdkVersion } from '@connected-accounts/testing/machine/auth0-sdks'
import { trust } from '@connected-accounts/testing/machine/network'
import { installPackages, type NpmPackages } from '@connected-accounts/testing/machine/npm-packages'
import { claims, redirectUri } from '@connected-accounts/testing/person/login'
import { createBrowser } from '@connected-accounts/testing/person/plain-browser'
import { afterAll, beforeAll, beforeEach, expect, test } from 'vitest'
import { createEmulator, type Emulator } from '../src/index.js'

/** What is used of the SDK's `ServerClient`. */
interface ServerClient {
  startInteractiveLogin(options?: object): Promise<URL>
  completeInteractiveLogin(url: URL): Promise<{ appState?: unknown }>
  logout(options: { returnTo: string }): Promise<URL>
  getUser(): Promise<Record<string, unknown> | undefined>
  getAccessToken(options: { audience: string; scope: string }): Promise<TokenSet>
  getAccessTokenForConnection(options: {
    connection: string
    loginHint?: string
  }): Promise<TokenSet>
}

interface TokenSet {
  accessToken: string
  scope?: string
}

let packages: NpmPackages
let emulator: Emulator
let auth0: ServerClient

beforeAll(async () => {
  const name = '@auth0/auth0-server-js'
  packages = await installPackages({ [name]: sdkVersion(name) })
  emulator = await createEmulator({ port: 0, https: true })
  trust(emulator)
}, 300_000)
afterAll(async () => {
  await emulator?.close()
  await packages?.remove()
})
beforeEach(() => {
  emulator.reset()
  auth0 = createClient()
})

/** The SDK's client as its README has it, for one browser. */
function createClient(): ServerClient {
  const sdk = packages.require('@auth0/auth0-server-js')
  const cookies = new Map<string, string>()
  const handler = {
    setCookie: (name: string, value: string) => cookies.set(name, value),
    getCookie: (name: string) => cookies.get(name),
    getCookies: () => Object.fromEntries(cookies),
    deleteCookie: (name: string) => cookies.delete(name),
  }
  const options = { secret: 'a secret of more than thirty-two bytes' }
  return new sdk.ServerClient({
    domain: emulator.domain,
    ...emulator.clients.web,
    authorizationParams: { redirect_uri: redirectUri, scope: 'openid profile offline_access' },
    transactionStore: new sdk.CookieTransactionStore(options, handler),
    stateStore: new sdk.StatelessStateStore(options, handler),
  })
}

/** Logs Alice in. */
async function logIn(options: object = {}) {
  const browser = createBrowser(emulator.url)
  const page = await browser.visit(await auth0.startInteractiveLogin(options))
  const alice = { username: 'alice@example.test', password: 'password' }
  const { url } = await browser.submit(page, alice)
  return { browser, ...(await auth0.completeInteractiveLogin(url)) }
}

const google = { user_id: 'auth0|alice', connection: 'google-oauth2' }

/** Whose token it is, as Google says. */
async function ownerOf({ accessToken }: TokenSet): Promise<unknown> {
  const headers = { authorization: `Bearer ${accessToken}` }
  const response = await fetch(`${emulator.url}/upstream/google-oauth2/userinfo`, { headers })
  return (await response.json()).email
}

test('auth0-server-js logs in, and knows who the user is', async () => {
  const { appState } = await logIn({ appState: { from: 'the page' } })
  expect(appState).toEqual({ from: 'the page' })
  expect(await auth0.getUser()).toMatchObject({ sub: 'auth0|alice', name: 'Alice' })
})

test('auth0-server-js logs out at the tenant too', async () => {
  const { browser } = await logIn()
  const returnTo = 'http://localhost:3000/'
  const { url } = await browser.visit(await auth0.logout({ returnTo }))
  expect(url.href).toBe(returnTo)
  expect(await auth0.getUser()).toBeUndefined()
  const { page } = await browser.visit(await auth0.startInteractiveLogin())
  expect(page?.html).toContain('name="password"')
})

test('auth0-server-js has tokens for several audiences from one refresh token (MRRT)', async () => {
  await logIn()
  const me = `${emulator.url}/me/`
  const scope = 'read:me:connected_accounts'
  const { accessToken } = await auth0.getAccessToken({ audience: me, scope })
  expect(claims(accessToken)).toMatchObject({ aud: me, scope })
  const headers = { authorization: `Bearer ${accessToken}` }
  const answer = await fetch(`${me}v1/connected-accounts/accounts`, { headers })
  expect(await answer.json()).toEqual({ accounts: [] })
  const api = { audience: 'https://api.example.test/', scope: 'read:calendar' }
  const other = await auth0.getAccessToken(api)
  expect(claims(other.accessToken)).toMatchObject({ scope: api.scope })
  expect(await auth0.getAccessToken({ audience: me, scope })).toMatchObject({ accessToken })
})

test('auth0-server-js has the token of a connected account out of Token Vault', async () => {
  await emulator.seed({ ...google, emails: ['home@google.example'] })
  await logIn()
  const token = await auth0.getAccessTokenForConnection(google)
  expect(await ownerOf(token)).toBe('home@google.example')
  expect(await auth0.getAccessTokenForConnection(google)).toMatchObject({
    accessToken: token.accessToken,
  })
})

test('auth0-server-js picks one of two accounts by its login hint', async () => {
  await emulator.seed({ ...google, emails: ['work@google.example', 'home@google.example'] })
  await logIn()
  const loginHint = 'work@google.example' // not the newest, which it would be without the hint
  expect(await ownerOf(await auth0.getAccessTokenForConnection({ ...google, loginHint }))).toBe(
    loginHint,
  )
})

test('auth0-server-js tells why there is no token for a connection', async () => {
  await logIn()
  await expect(auth0.getAccessTokenForConnection(google)).rejects.toMatchObject({
    code: 'token_for_connection_error',
    cause: { error: 'federated_connection_refresh_token_not_found' },
  })
})

test('auth0-server-js, once it has a token, gives it for every login hint', async () => {
  const work = 'work@google.example'
  const home = 'home@google.example'
  await emulator.seed({ ...google, emails: [work, home] })
  await logIn()
  await auth0.getAccessTokenForConnection({ ...google, loginHint: work })
  const token = await auth0.getAccessTokenForConnection({ ...google, loginHint: home })
  expect(await ownerOf(token)).toBe(work)
})
