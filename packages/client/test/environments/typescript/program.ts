// Every entry that needs no page: what a program in Node imports. Each wrong type must be an error.

import type { webcrypto } from 'node:crypto'
import {
  authorizationMiddleware,
  completeConnect,
  createAuthorizedFetch,
  createConnectedAccountsClient,
  defineConnections,
  isMyAccountApiError,
  iterateConnectedAccounts,
  listConnectedAccounts,
  memoryTransactions,
  startConnect,
} from '@connected-accounts/client'
import { fromAuth0 } from '@connected-accounts/client/auth0-spa-js'
import { connectInPopup, disconnectAccount } from '@connected-accounts/client/browser'
import { createDpop, fromProver, loadDpopKeyPair } from '@connected-accounts/client/dpop'
import { fromNextjsAuth0 } from '@connected-accounts/client/nextjs-auth0'
import { exchangeConnectionToken, type SigningKey } from '@connected-accounts/client/token-vault'
import { refreshTokenSource } from '@connected-accounts/client/tokens'
import { createEmulator } from '@connected-accounts/emulator'
import {
  createHandler,
  createRoutes,
  ServerClient,
  sharedSessions,
} from '@connected-accounts/server'
import { createExpressHandler } from '@connected-accounts/server/express'
import { createManagementClient } from '@connected-accounts/server/management'
import { storeOptions } from '@connected-accounts/server/next'
import { postgresLock, postgresStore } from '@connected-accounts/server/postgres'
import { redisLock, redisStore } from '@connected-accounts/server/redis'
import { Keyv } from 'keyv'

declare const keyPair: webcrypto.CryptoKeyPair

export async function useClient(): Promise<void> {
  const dpop = await createDpop({ keyPair })
  // @ts-expect-error a number is no key pair
  await createDpop({ keyPair: 42 })
  // @ts-expect-error a key is no key pair
  await createDpop({ keyPair: keyPair.privateKey })
  const loaded = await loadDpopKeyPair('auth0|alice')
  await crypto.subtle.exportKey('jwk', loaded.publicKey)
  const ofNode: webcrypto.CryptoKeyPair = loaded
  await createDpop({ keyPair: ofNode })
  // @ts-expect-error a key pair has two keys
  loaded.secretKey
  // @ts-expect-error a proof is a string
  fromProver({ generateProof: async () => 42 })
  const accessToken = refreshTokenSource({
    domain: 'd',
    clientId: 'c',
    refreshToken: () => 'r',
    dpop,
  })
  // @ts-expect-error a prover has methods
  refreshTokenSource({ domain: 'd', clientId: 'c', refreshToken: () => 'r', dpop: true })
  const client = createConnectedAccountsClient({ domain: 'd', accessToken, dpop, timeout: 1000 })
  // @ts-expect-error milliseconds are a number
  createConnectedAccountsClient({ domain: 'd', accessToken, timeout: '1000' })
  // @ts-expect-error the backend has the tokens
  createConnectedAccountsClient({ baseUrl: '/api', accessToken })
  const { accounts } = await listConnectedAccounts(client, { take: 20 })
  const [id]: (string | undefined)[] = accounts.map((account) => account.id)
  // @ts-expect-error an account has no such field
  accounts[0]?.access_token
  for await (const account of iterateConnectedAccounts(client)) console.log(account.scopes.join())
  const { data, response } = await client.GET('/connected-accounts/accounts')
  const status: number = response.status
  // @ts-expect-error there is no such operation
  await client.GET('/connected-accounts/account')
  console.log(status, data?.accounts.length)
  await disconnectAccount(client, String(id), { undoMs: 5000 })
  // @ts-expect-error an id is a string
  await disconnectAccount(client, 7)
  const send: typeof fetch = createAuthorizedFetch({
    ...{ accessToken, dpop, audience: 'a', scope: 's', allowedOrigins: ['https://a.example'] },
    fetch: (request: Request) => fetch(request),
  })
  await send('https://a.example/', { method: 'POST', body: '{}' })
  // @ts-expect-error origins are a list
  authorizationMiddleware({ accessToken, audience: 'a', scope: 's', allowedOrigins: 'https://a' })
}

export async function connect(): Promise<void> {
  const client = createConnectedAccountsClient(fromNextjsAuth0())
  const connections = defineConnections({ code: { connection: 'github', scopes: ['repo'] } })
  const flow = { redirectUri: 'https://a.example/', transactions: memoryTransactions() }
  const { url } = await startConnect(client, { ...flow, connection: connections.code })
  // @ts-expect-error scopes are a list
  await startConnect(client, { ...flow, connection: 'github', scopes: 'repo' })
  // @ts-expect-error the factory is no store
  await startConnect(client, { ...flow, connection: 'github', transactions: memoryTransactions })
  try {
    const { account } = await completeConnect(client, { ...flow, callbackUrl: new URL(url) })
    const connection: string = account.connection
    await connectInPopup(client, { connection })
  } catch (error) {
    if (!isMyAccountApiError(error)) throw error
    // @ts-expect-error no such code
    console.log(error.code === 'no_such_code', error.code === 'not_found')
  }
  // @ts-expect-error no login SDK
  fromAuth0({})
}

export async function serve(privateKey: webcrypto.CryptoKey): Promise<void> {
  const key: SigningKey = { privateKey, kid: 'key-1' }
  const exchange = { domain: 'd', clientId: 'c', subjectToken: 't', connection: 'github' }
  const vault = { ...exchange, subjectTokenType: 'access_token', clientAuth: key } as const
  const expiresAt: number | undefined = (await exchangeConnectionToken(vault)).expiresAt
  // @ts-expect-error a PEM is no key
  await exchangeConnectionToken({ ...vault, clientAuth: { privateKey: 'pem' } })
  const lock = redisLock({ call: async () => expiresAt })
  const sessions = sharedSessions(new Keyv({ throwOnErrors: true }), { lock })
  sharedSessions(redisStore({ sendCommand: async () => null }), { refreshTokens: 'non-rotating' })
  const pool = { query: async (text: string, values: unknown[]) => ({ rows: [text, ...values] }) }
  sharedSessions(postgresStore(pool), { lock: postgresLock(pool) })
  // @ts-expect-error without a lock
  sharedSessions(postgresStore(pool), {})
  const options = { domain: 'd', clientId: 'c', secret: 's', sessions, dpopKeyPair: keyPair }
  const authorizationParams = { redirect_uri: 'https://a.example/auth/callback' }
  const server = new ServerClient({ ...options, ...key, authorizationParams })
  // @ts-expect-error a number is no key pair
  new ServerClient({ ...options, ...key, authorizationParams, dpopKeyPair: 42 })
  // @ts-expect-error without a redirect_uri
  new ServerClient({ ...options, ...key, authorizationParams: {} })
  const answer: Response = await createHandler(server)(new Request('https://a.example/'))
  await createRoutes(server).login(new Request('https://a.example/'))
  createExpressHandler(server, { onError: () => answer })
  // @ts-expect-error an error handler is a function
  createExpressHandler(server, { onError: 'error' })
  const user = await server.getUser(storeOptions({ headers: new Headers() }))
  const sub: string | undefined = user?.sub
  // @ts-expect-error a user may be missing
  console.log(sub, user.sub)
  const management = createManagementClient({ domain: 'd', accessToken: 'a' })
  // @ts-expect-error there is no such operation
  await management.GET('/user/{id}')
}

export async function emulate(): Promise<void> {
  const emulator = await createEmulator({ port: 0 })
  // @ts-expect-error a port is a number
  await createEmulator({ port: '0' })
  emulator.failNext('getToken', { status: 503 })
  // @ts-expect-error there is no such operation
  emulator.failNext('getTokens', { status: 503 })
  const url: string = emulator.url
  const response = await emulator.fetch(url)
  const ok: boolean = response.ok
  console.log(ok)
}
