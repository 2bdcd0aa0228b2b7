import { createEmulator, defaultTenant } from '@connected-accounts/emulator'
import { tenantWithWeb } from '@connected-accounts/testing/tenant/web'
import { calculateJwkThumbprint, decodeJwt, decodeProtectedHeader, exportJWK } from 'jose'
import { afterAll, beforeEach, expect, test } from 'vitest'
import { createServer, createVisitor, loggedIn, rejection } from './visitor.js'

const unbound = tenantWithWeb(defaultTenant(), ({ refresh_token }) => {
  refresh_token.rotation_type = 'rotating'
  refresh_token.leeway = 0
})
for (const api of unbound.apis) api.proof_of_possession = 'none'
const emulator = await createEmulator({ port: 0 })
const withoutProofs = await createEmulator({ port: 0, tenant: unbound })
afterAll(() => Promise.all([emulator.close(), withoutProofs.close()]))
beforeEach(() => emulator.reset())

const es256 = { name: 'ECDSA', namedCurve: 'P-256' }
const dpopKeyPair = await crypto.subtle.generateKey(es256, false, ['sign', 'verify'])
const audience = 'https://api.example.test/'

/** A server whose requests are kept. */
function observed(options: Parameters<typeof createServer>[1]) {
  const requests: Request[] = []
  const server = createServer(emulator, {
    ...options,
    fetch(request) {
      requests.push(request.clone())
      return fetch(request)
    },
  })
  const sent = (path: string) => requests.filter(({ url }) => new URL(url).pathname === path)
  return { server, sent, requests }
}

test('with a key pair every token is bound to it, and every call has a proof (RFC 9449 §4.3, §7.1)', async () => {
  const { server, sent, requests } = observed({ dpopKeyPair })
  const visitor = await loggedIn(server, emulator.url)
  const token = await visitor.request((store) => server.getAccessToken({ audience }, store))
  const jkt = await calculateJwkThumbprint(await exportJWK(dpopKeyPair.publicKey))
  expect(token.tokenType).toBe('DPoP')
  expect(decodeJwt(token.accessToken).cnf).toEqual({ jkt })
  const url = await visitor.request((store) =>
    server.startConnectAccount({ connection: 'github' }, store),
  )
  const callbackUrl = await visitor.connect(url)
  const { account } = await visitor.request((store) =>
    server.completeConnectAccount(callbackUrl, store),
  )
  await visitor.request((store) => server.listConnections({}, store))
  await visitor.request((store) => server.deleteConnectedAccount(account.id, store))
  const base = '/me/v1/connected-accounts'
  for (const path of [`${base}/connect`, `${base}/complete`, `${base}/accounts`]) {
    expect(sent(path).length, path).toBeGreaterThan(0)
  }
  for (const { url, headers } of requests.filter(({ url }) => !url.includes('.well-known'))) {
    const proof = headers.get('dpop') ?? ''
    const { jwk = {} } = decodeProtectedHeader(proof)
    expect(await calculateJwkThumbprint(jwk), url).toBe(jkt)
    if (url.includes('/me/v1/')) expect(headers.get('authorization')).toMatch(/^DPoP /)
  }
})

test('the code is bound to the key as well (RFC 9449 §10)', async () => {
  const server = createServer(emulator, { dpopKeyPair })
  const visitor = createVisitor(emulator.url)
  const url = await visitor.request((store) => server.startInteractiveLogin({}, store))
  const jkt = await calculateJwkThumbprint(await exportJWK(dpopKeyPair.publicKey))
  expect(new URL(url).searchParams.get('dpop_jkt')).toBe(jkt)
})

test('without a key pair none is made up: tokens are Bearer, and no request has a proof', async () => {
  const { server, requests } = observed({})
  const visitor = await loggedIn(server, emulator.url)
  const token = await visitor.request((store) => server.getAccessToken({ audience }, store))
  await visitor.request((store) => server.listConnectedAccounts({}, store))
  expect(token.tokenType).toBe('Bearer')
  for (const { headers } of requests) expect(headers.has('dpop')).toBe(false)
})

test('a nonce that is asked for is given, at the token endpoint and at the My Account API', async () => {
  emulator.switches.set({ tokenNonce: 'all_clients', myAccountNonce: 'rotating' })
  const server = createServer(emulator, { dpopKeyPair })
  const visitor = await loggedIn(server, emulator.url)
  for (let turn = 0; turn < 3; turn += 1) {
    const page = await visitor.request((store) => server.listConnectedAccounts({}, store))
    expect(page.accounts).toEqual([])
  }
})

test('a Bearer token in spite of the key is not used, and the session goes on', async () => {
  const server = createServer(withoutProofs, { dpopKeyPair })
  const visitor = await loggedIn(server, withoutProofs.url)
  for (let turn = 0; turn < 2; turn += 1) {
    const call = visitor.request((store) => server.getAccessToken({ audience }, store))
    expect(await rejection(call)).toMatchObject({ name: 'TokenError', code: 'token_not_bound' })
  }
  expect(await visitor.request((store) => server.getUser(store))).toBeTruthy()
  expect(withoutProofs.refreshTokenReuses).toBe(0) // the rotated refresh token was kept
})

test('nobody is logged in by a Bearer token in spite of the key: token_not_bound', async () => {
  const server = createServer(withoutProofs, { dpopKeyPair })
  const visitor = createVisitor(withoutProofs.url)
  const authorizationParams = { audience }
  const url = await visitor.request((store) =>
    server.startInteractiveLogin({ authorizationParams }, store),
  )
  const callbackUrl = await visitor.logIn(url)
  const completed = visitor.request((store) => server.completeInteractiveLogin(callbackUrl, store))
  expect(await rejection(completed)).toMatchObject({ name: 'TokenError', code: 'token_not_bound' })
  expect(await visitor.request((store) => server.getUser(store))).toBeUndefined()
})
