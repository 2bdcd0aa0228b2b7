import { afterEach, beforeEach, expect, test, vi } from 'vitest'
import { fromProver } from '../src/dpop/from-prover.js'
import { createConnectedAccountsClient, listConnectedAccounts } from '../src/index.js'
import { json, observedFetch, problem, rejection } from './observed-client.js'

const now = Date.UTC(2026, 10, 2)
beforeEach(() => {
  vi.useFakeTimers({ toFake: ['Date'], now })
})
afterEach(() => {
  vi.useRealTimers()
})

const empty = json(200, { accounts: [] })
const refused = problem(400, {}, { 'www-authenticate': 'DPoP error="invalid_dpop_proof"' })

/** Makes a JWT that was issued so many seconds from now. Its payload has each character of base64url. */
function issuedIn(seconds: number): string {
  const claims = JSON.stringify({ iat: now / 1000 + seconds, sub: '>>>???>>???' })
  return `h.${Buffer.from(claims).toString('base64url')}.s`
}

/** A client whose prover has an offset, and whose token source has these tokens in turn. */
function clientOf(offset: number, tokens: string[], ...answers: Parameters<typeof observedFetch>) {
  const { fetch, requests } = observedFetch(...answers)
  const clock = { offset }
  const asked: boolean[] = []
  const client = createConnectedAccountsClient({
    domain: 'tenant.example.test',
    accessToken({ forceRefresh }) {
      asked.push(forceRefresh)
      return { accessToken: tokens[asked.length - 1] ?? '', tokenType: 'DPoP' }
    },
    dpop: fromProver({
      generateProof: async () => 'proof',
      getClockOffset: () => clock.offset,
      setClockOffset(seconds) {
        clock.offset = seconds
      },
    }),
    fetch,
  })
  return { client, requests, clock, asked }
}

test.for([
  [0, 6],
  [0, -6],
  [600, 0],
] as const)(
  'a prover that is %i seconds ahead learns from a new token that the server is %i seconds ahead',
  async ([offset, server]) => {
    const tokens = [issuedIn(-3600), issuedIn(server)]
    const { client, clock, requests } = clientOf(offset, tokens, refused, empty)
    expect(await listConnectedAccounts(client)).toEqual({ accounts: [] })
    expect(clock.offset).toBe(server)
    expect(requests[1]?.headers.get('authorization')).toBe(`DPoP ${tokens[1]}`)
  },
)

test.for<[string, number, string[]]>([
  ['the clock is right', 0, [issuedIn(-60), issuedIn(0)]],
  ['the clock is off by 5 seconds, as after a slow answer', 0, [issuedIn(-60), issuedIn(5)]],
  ['the clock was corrected before', 600, [issuedIn(-60), issuedIn(600)]],
  ['the source has no new token', 0, [issuedIn(600), issuedIn(600)]],
  ['the new token is opaque', 0, ['opaque-1', 'opaque-2']],
  ['the new token is opaque, with dots', 0, ['a.b.c', 'a.bc.d']],
  ['the new token has no iat', 0, [issuedIn(0), `h.${btoa('{"sub":"a"}')}.s`]],
  ['the payload of the new token is no object', 0, [issuedIn(0), `h.${btoa('null')}.s`]],
])('a proof that is refused is not sent again if %s', async ([, offset, tokens]) => {
  const { client, clock, requests } = clientOf(offset, tokens, refused, empty)
  expect(await rejection(listConnectedAccounts(client))).toMatchObject({ status: 400 })
  expect(requests).toHaveLength(1)
  expect(clock.offset).toBe(offset)
})
