import { describe, expect, test } from 'vitest'
import { fromProver } from '../src/dpop/from-prover.js'
import {
  completeConnect,
  createConnectedAccountsClient,
  type DpopProver,
  listConnectedAccounts,
} from '../src/index.js'
import { comeBack, connected } from './flows.js'
import { json, observedFetch, problem, rejection } from './observed-client.js'

const origin = 'https://tenant.example.test'
const empty = json(200, { accounts: [] })
const withNonce = (nonce: string) => json(200, { accounts: [] }, { 'dpop-nonce': nonce })
const challenge = (nonce: string) =>
  problem(401, {}, { 'www-authenticate': 'DPoP error="use_dpop_nonce"', 'dpop-nonce': nonce })

/** A client with a prover that keeps nonces in this way, and the nonces that were signed. */
function clientOf(prover: Partial<DpopProver>, ...answers: (() => Response | Promise<Response>)[]) {
  const { fetch, requests } = observedFetch(...answers)
  const signed: (string | undefined)[] = []
  const dpop = fromProver({
    async generateProof({ nonce }) {
      signed.push(nonce)
      return 'proof'
    },
    ...prover,
  })
  const accessToken = () => ({ accessToken: 'token', tokenType: 'DPoP' })
  const client = createConnectedAccountsClient({
    domain: 'tenant.example.test',
    accessToken,
    dpop,
    fetch,
  })
  return { client, requests, signed, dpop }
}

/** An answer that comes when it is let go. */
function held(answer: () => Response) {
  let letGo = () => {}
  const waiting = new Promise<void>((resolve) => {
    letGo = resolve
  })
  return { letGo: () => letGo(), answer: () => waiting.then(answer) }
}

const failures: [string, () => Promise<void>][] = [
  ['rejects', () => Promise.reject(new TypeError('the disk is full'))],
  [
    'throws',
    () => {
      throw new TypeError('the disk is full')
    },
  ],
  ['never ends', () => new Promise<void>(() => undefined)],
]

describe.for(failures)('a prover whose setNonce %s', ([, setNonce]) => {
  const noNonce = async () => undefined

  test('does not lose the answer to a completion', async () => {
    const { client, requests } = clientOf(
      { setNonce, getNonce: noNonce },
      json(201, connected, { 'dpop-nonce': 'n1' }),
    )
    const { callbackUrl, transactions, state } = await comeBack()
    expect(await completeConnect(client, { callbackUrl, transactions })).toEqual({
      account: connected,
    })
    expect(await transactions.get(state)).toMatchObject({ account: connected })
    expect(requests).toHaveLength(1)
  })

  test('has its nonces kept in memory', async () => {
    const { client, signed } = clientOf({ setNonce, getNonce: noNonce }, challenge('n1'), empty)
    await listConnectedAccounts(client)
    await listConnectedAccounts(client)
    expect(signed).toEqual([undefined, 'n1', 'n1'])
  })
})

test.for<[string, () => Promise<string>]>([
  ['rejects', () => Promise.reject(new Error('no'))],
  [
    'throws',
    () => {
      throw new Error('no')
    },
  ],
  ['never ends', () => new Promise(() => undefined)],
])('a prover whose getNonce %s signs without a nonce', async ([, getNonce]) => {
  const { client, signed, dpop } = clientOf({ getNonce }, empty)
  await listConnectedAccounts(client)
  expect(signed).toEqual([undefined])
  expect(await dpop.getNonce(origin)).toBeUndefined()
})

test.for<[string, Partial<DpopProver>]>([
  ['generateProof', { generateProof: () => new Promise(() => undefined) }],
  ['isEnabled', { isEnabled: () => new Promise(() => undefined) }],
])('an abort ends the wait for a %s that never ends', async ([, prover]) => {
  const { client, requests } = clientOf(prover, empty)
  const controller = new AbortController()
  const listing = rejection(listConnectedAccounts(client, { signal: controller.signal }))
  controller.abort(new Error('enough'))
  expect(await listing).toMatchObject({ message: 'enough' })
  expect(requests).toHaveLength(0)
})

test('a prover that keeps nonces is asked for them, as another tab may have a newer one', async () => {
  let kept: string | undefined = 'of another tab'
  const prover: Partial<DpopProver> = {
    getNonce: async () => kept,
    async setNonce(_, nonce) {
      kept = nonce
    },
  }
  const { client, signed } = clientOf(prover, withNonce('n1'), empty)
  await listConnectedAccounts(client)
  await listConnectedAccounts(client)
  kept = 'of another tab again'
  await listConnectedAccounts(client)
  expect(signed).toEqual(['of another tab', 'n1', 'of another tab again'])
})

test.for<[string, Partial<DpopProver>]>([
  ['getNonce without setNonce', { getNonce: () => 'its own' }],
  ['setNonce without getNonce', { setNonce: () => {} }],
])('a prover that has %s signs the nonce that the server sent last', async ([, prover]) => {
  const { client, signed } = clientOf(prover, withNonce('n1'), empty)
  await listConnectedAccounts(client)
  await listConnectedAccounts(client)
  expect(signed[1]).toBe('n1')
})

test('a challenge for a nonce that brings none is not answered', async () => {
  const headers = { 'www-authenticate': 'DPoP error="use_dpop_nonce"' }
  const { client, requests } = clientOf({}, problem(401, {}, headers), empty)
  await expect(listConnectedAccounts(client)).rejects.toMatchObject({ status: 401 })
  expect(requests).toHaveLength(1)
})

describe('a slow request does not replace a newer nonce', () => {
  test('with the one of its answer', async () => {
    const slow = held(withNonce('older'))
    const { client, signed, requests } = clientOf({}, slow.answer, withNonce('newer'), empty)
    const first = listConnectedAccounts(client)
    await expect.poll(() => requests.length).toBe(1)
    await listConnectedAccounts(client)
    slow.letGo()
    await first
    await listConnectedAccounts(client)
    expect(signed).toEqual([undefined, undefined, 'newer'])
  })

  test('with the one of a challenge that it has met', async () => {
    const slow = held(empty)
    const { client, signed, requests } = clientOf(
      {},
      challenge('older'),
      slow.answer,
      withNonce('newer'),
      empty,
    )
    const first = listConnectedAccounts(client)
    await expect.poll(() => requests.length).toBe(2)
    await listConnectedAccounts(client)
    slow.letGo()
    await first
    await listConnectedAccounts(client)
    expect(signed).toEqual([undefined, 'older', undefined, 'newer'])
  })
})
