import { execFile } from 'node:child_process'
import { promisify } from 'node:util'
import { trust } from '@connected-accounts/testing/machine/network'
import { installPackages, type NpmPackages } from '@connected-accounts/testing/machine/npm-packages'
import { loginWithCode } from '@connected-accounts/testing/person/login'
import { afterAll, beforeAll, beforeEach, expect, test } from 'vitest'
import { createEmulator, type Emulator } from '../src/index.js'

/** What is used of `@auth0/ai/TokenVault`. */
interface TokenVault {
  TokenVaultAuthorizerBase: new (
    auth0: object,
    params: object,
  ) => {
    protect<T>(context: () => object, execute: () => T): () => Promise<T>
  }
  getCredentialsFromTokenVault(): { accessToken: string; scopes: string[]; expiresIn: number }
  SUBJECT_TOKEN_TYPES: { SUBJECT_TYPE_ACCESS_TOKEN: string }
}

let packages: NpmPackages
let emulator: Emulator
let sdk: TokenVault

beforeAll(async () => {
  packages = await installPackages({ '@auth0/ai': '5.1.1' })
  emulator = await createEmulator({ port: 0, https: true })
  trust(emulator)
  sdk = packages.require('@auth0/ai/TokenVault')
}, 300_000)
afterAll(async () => {
  await emulator?.close()
  await packages?.remove()
})
beforeEach(async () => {
  emulator.reset()
  const account = { user_id: 'auth0|alice', emails: ['alice@work.example'] }
  await emulator.seed([
    { ...account, connection: 'google-oauth2' },
    { ...account, connection: 'github' },
  ])
})

/** A tool that gives the token it has, as an agent of this client has it. */
function protectedTool(params: object, client: object = emulator.clients.web) {
  const { MemoryStore } = packages.require('@auth0/ai/stores')
  const { host } = new URL(emulator.url)
  const authorizer = new sdk.TokenVaultAuthorizerBase(
    { domain: host, ...client },
    { connection: 'google-oauth2', scopes: ['profile'], store: new MemoryStore(), ...params },
  )
  return authorizer.protect(() => ({ threadID: 'a-thread' }), sdk.getCredentialsFromTokenVault)
}

/** Alice's refresh token, or her access token for the example API. */
async function tokensOfAlice() {
  const login = { emulator, client: emulator.clients.web, audience: 'https://api.example.test/' }
  const { access_token, refresh_token } = await loginWithCode(login)
  return { accessToken: access_token, refreshToken: async () => refresh_token }
}

/** Whose token it is, as the third party says. */
async function ownerOf({ accessToken }: { accessToken: string }): Promise<unknown> {
  const headers = { authorization: `Bearer ${accessToken}` }
  const response = await fetch(`${emulator.url}/upstream/google-oauth2/userinfo`, { headers })
  return (await response.json()).email
}

test('@auth0/ai gives a tool the token of a connected account for a refresh token', async () => {
  const { refreshToken } = await tokensOfAlice()
  const credentials = await protectedTool({ refreshToken })()
  expect(await ownerOf(credentials)).toBe('alice@work.example')
  expect(credentials).toMatchObject({ scopes: expect.arrayContaining(['profile']) })
})

test('@auth0/ai gives an API the token of a connected account for an access token', async () => {
  const { accessToken } = await tokensOfAlice()
  const subjectTokenType = sdk.SUBJECT_TOKEN_TYPES.SUBJECT_TYPE_ACCESS_TOKEN
  const client = { clientId: 'api', clientSecret: 'api-secret' }
  const tool = protectedTool({ accessToken, subjectTokenType }, client)
  expect(await ownerOf(await tool())).toBe('alice@work.example')
})

test('@auth0/ai picks one of two accounts by its login hint', async () => {
  const newer = { user_id: 'auth0|alice', emails: ['alice@home.example'] }
  await emulator.seed({ ...newer, connection: 'google-oauth2' })
  const { refreshToken } = await tokensOfAlice()
  const email = 'alice@work.example' // not the newest, which it would be without the hint
  const tool = protectedTool({ refreshToken, loginHint: () => email })
  expect(await ownerOf(await tool())).toBe(email)
})

test('@auth0/ai asks for what is missing of the scopes, and for what is there', async () => {
  const { refreshToken } = await tokensOfAlice()
  const scopes = ['profile', 'https://www.googleapis.com/auth/gmail.send']
  await expect(protectedTool({ refreshToken, scopes })()).rejects.toMatchObject({
    code: 'TOKEN_VAULT_ERROR',
    connection: 'google-oauth2',
    requiredScopes: expect.arrayContaining(['openid', ...scopes]),
  })
})

test('@auth0/ai cannot be imported, only required', async () => {
  const script = "import '@auth0/ai/TokenVault'"
  const { directory: cwd } = packages
  const run = promisify(execFile)(process.execPath, ['--input-type=module', '-e', script], { cwd })
  await expect(run).rejects.toThrow('ERR_MODULE_NOT_FOUND')
})

test('@auth0/ai asks to connect an account, whatever the exchange failed for', async () => {
  const { refreshToken } = await tokensOfAlice()
  emulator.failNext('getToken', { status: 503 })
  const error = { code: 'TOKEN_VAULT_ERROR', requiredScopes: ['profile'] }
  await expect(protectedTool({ refreshToken })()).rejects.toMatchObject(error)
  const client = { clientId: 'web', clientSecret: 'another' }
  await expect(protectedTool({ refreshToken }, client)()).rejects.toMatchObject(error)
})

test('@auth0/ai does not take the scopes of GitHub apart', async () => {
  const { refreshToken } = await tokensOfAlice()
  const tool = protectedTool({ refreshToken, connection: 'github', scopes: ['repo'] })
  const { scopes } = await tool()
  expect(scopes).toEqual(['read:user,repo,offline_access'])
})

test('@auth0/ai, once a thread has a token, gives it for every login hint', async () => {
  const email = 'alice@home.example'
  await emulator.seed({ user_id: 'auth0|alice', connection: 'google-oauth2', emails: [email] })
  const { refreshToken } = await tokensOfAlice()
  const store = new (packages.require('@auth0/ai/stores').MemoryStore)()
  await protectedTool({ refreshToken, store, loginHint: () => 'alice@work.example' })()
  const tool = protectedTool({ refreshToken, store, loginHint: () => email })
  expect(await ownerOf(await tool())).toBe('alice@work.example')
})
