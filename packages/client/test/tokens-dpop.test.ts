import { createEmulator, defaultTenant, type Emulator } from '@connected-accounts/emulator'
import { decodeJwt } from 'jose'
import { afterAll, beforeAll, beforeEach, expect, test } from 'vitest'
import { fromProver } from '../src/dpop/from-prover.js'
import {
  type AccessTokenRequest,
  createConnectedAccountsClient,
  listConnectedAccounts,
} from '../src/index.js'
import { es256, logIn, myAccount } from './refreshing.js'

const bearerOnly = 'https://bearer.example.test/'

let emulator: Emulator
beforeAll(async () => {
  const { apis, clients } = defaultTenant()
  const scopes = ['read:calendar']
  const api = { identifier: bearerOnly, name: 'API', scopes, token_lifetime: 60 }
  apis.push({ ...api, proof_of_possession: 'none' })
  for (const { refresh_token } of clients) {
    Object.assign(refresh_token, { rotation_type: 'rotating', leeway: 0 })
    refresh_token.policies.push({ audience: bearerOnly, scope: scopes })
  }
  emulator = await createEmulator({ port: 0, tenant: { apis, clients } })
})
beforeEach(() => emulator.reset())
afterAll(() => emulator.close())

const nonces = (requests: Request[]) =>
  requests.map(({ headers }) => decodeJwt(headers.get('dpop') ?? '').nonce)

test('with a prover the tokens are bound to its key, and the API takes them', async () => {
  const { source, dpop } = await logIn({ emulator, keyPair: await es256() })
  const { domain } = emulator
  const client = createConnectedAccountsClient({ domain, accessToken: source, dpop })
  expect(await listConnectedAccounts(client)).toEqual({ accounts: [] })
  const { accessToken, tokenType } = await source(myAccount(emulator))
  expect(tokenType).toBe('DPoP')
  expect(decodeJwt(accessToken)).toHaveProperty('cnf.jkt')
})

test('the challenge for a nonce is answered once, and the nonce used from then on (RFC 9449 §8)', async () => {
  const { source, requests } = await logIn({ emulator, keyPair: await es256() })
  await source(myAccount(emulator))
  await source(myAccount(emulator, { forceRefresh: true }))
  const [none, first, second] = nonces(requests)
  expect(none).toBeUndefined()
  expect(first).toEqual(expect.any(String))
  expect(second).toEqual(expect.any(String))
  expect(requests).toHaveLength(3)
})

test('a challenge is answered with its own nonce, whatever another answer has left with the prover', async () => {
  const { createSource, dpop, requests } = await logIn({ emulator, keyPair: await es256() })
  if (!dpop) throw new Error('There is a key pair')
  const busy = { ...dpop, getNonce: () => 'of the API', setNonce: () => {} }
  await createSource({ dpop: busy })(myAccount(emulator))
  expect(nonces(requests)).toEqual(['of the API', expect.not.stringMatching('of the API')])
})

test('where each nonce works once, here and at the API, every request comes through', async () => {
  emulator.switches.set({ tokenNonce: 'rotating', myAccountNonce: 'rotating' })
  const { source, dpop } = await logIn({ emulator, keyPair: await es256() })
  const accessToken = (request: AccessTokenRequest) => source({ ...request, forceRefresh: true })
  const client = createConnectedAccountsClient({ domain: emulator.domain, accessToken, dpop })
  const calls = Array.from({ length: 20 }, () => listConnectedAccounts(client))
  expect(await Promise.all(calls)).toEqual(calls.map(() => ({ accounts: [] })))
  expect(emulator.refreshTokenReuses).toBe(0)
})

test('a server that takes no nonce is asked twice, not for ever', async () => {
  const { source, requests } = await logIn({ emulator, keyPair: await es256() })
  emulator.switches.set({ tokenNonce: 'expired' })
  await expect(source(myAccount(emulator))).rejects.toMatchObject({
    name: 'TokenError',
    code: 'use_dpop_nonce',
  })
  expect(requests).toHaveLength(2)
})

test('the proof is for the token endpoint, and has no hash of a token (RFC 9449 §5)', async () => {
  const { source, requests } = await logIn({ emulator, keyPair: await es256() })
  await source(myAccount(emulator))
  const { htm, htu, ath } = decodeJwt(requests[0]?.headers.get('dpop') ?? '')
  expect({ htm, htu, ath }).toEqual({ htm: 'POST', htu: `${emulator.url}/oauth/token` })
})

test('a Bearer token is refused where a prover was given, and its refresh token is kept', async () => {
  const { source, store, createSource, dpop } = await logIn({ emulator, keyPair: await es256() })
  await expect(
    source({ audience: bearerOnly, scope: 'read:calendar', forceRefresh: false }),
  ).rejects.toMatchObject({ name: 'TokenError', code: 'token_not_bound', status: 200 })
  expect(store.kept).toHaveLength(2)
  await createSource({ dpop })(myAccount(emulator))
  expect(emulator.refreshTokenReuses).toBe(0)
})

test('a prover that says it is off makes no proof', async () => {
  const { createSource, requests } = await logIn({ emulator })
  const dpop = fromProver({
    isEnabled: () => false,
    generateProof: () => Promise.reject(new Error('off')),
  })
  expect((await createSource({ dpop })(myAccount(emulator))).tokenType).toBe('Bearer')
  expect(requests[0]?.headers.has('dpop')).toBe(false)
})
