import { expect, test } from 'vitest'
import { fromProver } from '../src/dpop/from-prover.js'
import {
  type AccessTokenRequest,
  createConnectedAccountsClient,
  type DpopProofRequest,
  listConnectedAccounts,
} from '../src/index.js'
import { json, observedFetch, problem, rejection } from './observed-client.js'

const empty = json(200, { accounts: [] })
const refuse = (error: string, status = 401, headers: HeadersInit = {}) =>
  problem(status, {}, { 'www-authenticate': `DPoP error="${error}", algs="ES256"`, ...headers })

const now = () => Math.floor(Date.now() / 1000)
const jwt = (claims: object) => `e30.${btoa(JSON.stringify(claims)).replaceAll('=', '')}.c2ln`

/** A prover that can be told of the clock, and what it was asked to prove. */
function prover() {
  const proofs: (DpopProofRequest & { clockOffset: number })[] = []
  let clockOffset = 0
  const dpop = fromProver({
    async generateProof(request) {
      proofs.push({ ...request, clockOffset })
      return `proof-${proofs.length}`
    },
    getClockOffset: () => clockOffset,
    setClockOffset(seconds) {
      clockOffset = seconds
    },
  })
  return { proofs, dpop }
}

/** A client whose token source returns the tokens in turn, the last one again and again. */
function clientOf(handlers: (() => Response | Promise<Response>)[], ...tokens: string[]) {
  const { fetch, requests } = observedFetch(...handlers)
  const asked: AccessTokenRequest[] = []
  function accessToken(request: AccessTokenRequest) {
    asked.push(request)
    const accessToken = tokens[asked.length - 1] ?? tokens.at(-1) ?? 'opaque'
    return { accessToken, tokenType: 'DPoP' }
  }
  const { proofs, dpop } = prover()
  const domain = 'tenant.example.test'
  const client = createConnectedAccountsClient({ domain, accessToken, dpop, fetch })
  return { client, requests, asked, proofs, dpop }
}

test("nobody else is given the nonce of a request's own challenge before that is over", async () => {
  let answer = (_: Response) => {}
  const pending = new Promise<Response>((resolve) => {
    answer = resolve
  })
  const { client, proofs } = clientOf([
    refuse('use_dpop_nonce', 401, { 'dpop-nonce': 'n1' }),
    () => pending,
    empty,
  ])
  const first = listConnectedAccounts(client)
  await expect.poll(() => proofs.length).toBe(2)
  await listConnectedAccounts(client)
  answer(empty())
  await first
  await listConnectedAccounts(client)
  expect(proofs.map(({ nonce }) => nonce)).toEqual([undefined, 'n1', undefined, 'n1'])
})

test('the nonce of a challenge is kept where its replay fails', async () => {
  const { client, proofs } = clientOf([
    refuse('use_dpop_nonce', 401, { 'dpop-nonce': 'n1' }),
    () => Promise.reject(new TypeError('fetch failed')),
    empty,
  ])
  await rejection(listConnectedAccounts(client))
  await listConnectedAccounts(client)
  expect(proofs.map(({ nonce }) => nonce)).toEqual([undefined, 'n1', 'n1'])
})

test('a nonce challenge is answered with the same token', async () => {
  const challenge = refuse('use_dpop_nonce', 401, { 'dpop-nonce': 'n1' })
  const { client, asked } = clientOf([challenge, empty])
  await listConnectedAccounts(client)
  expect(asked).toHaveLength(1)
})

test('invalid_token is not answered with the token that was just refused', async () => {
  const { client, requests, asked } = clientOf([refuse('invalid_token'), empty], 'the-same')
  await expect(listConnectedAccounts(client)).rejects.toMatchObject({ code: 'invalid_token' })
  expect([requests.length, asked.map(({ forceRefresh }) => forceRefresh)]).toEqual([
    1,
    [false, true],
  ])
})

test('invalid_token is not answered where the token is a string, as there is no other', async () => {
  const { fetch, requests } = observedFetch(refuse('invalid_token'), empty)
  const options = { domain: 'tenant.example.test', accessToken: 'token', fetch }
  const client = createConnectedAccountsClient(options)
  await expect(listConnectedAccounts(client)).rejects.toMatchObject({ code: 'invalid_token' })
  expect(requests).toHaveLength(1)
})

test.for([400, 401])(
  'a proof refused with %i is made anew by the clock of a fresh token',
  async (status) => {
    const [cached, fresh] = [jwt({ iat: now() - 7000 }), jwt({ iat: now() + 600 })]
    const { client, proofs } = clientOf(
      [refuse('invalid_dpop_proof', status), empty],
      cached,
      fresh,
    )
    await listConnectedAccounts(client)
    expect(proofs.map(({ accessToken }) => accessToken)).toEqual([cached, fresh])
    expect(proofs[0]?.clockOffset).toBe(0)
    expect(Math.abs((proofs[1]?.clockOffset ?? 0) - 600)).toBeLessThanOrEqual(10)
  },
)

test('where another request has learned the clock in the meantime, no fresh token is asked for', async () => {
  let answer = (_: Response) => {}
  const pending = new Promise<Response>((resolve) => {
    answer = resolve
  })
  const refused = refuse('invalid_dpop_proof')
  const { client, requests, asked, proofs } = clientOf(
    [() => pending, refused, empty],
    'cached',
    'cached',
    jwt({ iat: now() + 600 }),
  )
  const first = listConnectedAccounts(client)
  await expect.poll(() => requests.length).toBe(1)
  await listConnectedAccounts(client)
  answer(refused())
  await first
  expect(asked.map(({ forceRefresh }) => forceRefresh)).toEqual([false, false, true])
  expect(proofs.map(({ clockOffset }) => clockOffset > 590)).toEqual([false, false, true, true])
})

test('all causes may follow one another, each once', async () => {
  const { client, requests, asked } = clientOf(
    [
      refuse('use_dpop_nonce', 401, { 'dpop-nonce': 'n1' }),
      refuse('invalid_dpop_proof', 400),
      refuse('invalid_token'),
      refuse('invalid_dpop_nonce', 401, { 'dpop-nonce': 'n2' }),
    ],
    'first',
    jwt({ iat: now() - 600 }),
    'third',
  )
  await expect(listConnectedAccounts(client)).rejects.toMatchObject({ status: 401 })
  expect([requests.length, asked.length]).toEqual([4, 3])
})

test.for<[string, string[]]>([
  ['the fresh token is opaque', ['first', 'second']],
  ['the fresh token has no iat', ['first', jwt({ sub: 'a' })]],
  ['the iat of the fresh token is that of our clock', ['first', jwt({ iat: now() })]],
  ['there is no fresh token, only the cached one', [jwt({ iat: 0 })]],
])(
  'where %s, a refused proof is not repeated and the error names the clock',
  async ([, tokens]) => {
    const { client, requests, dpop } = clientOf(
      [refuse('invalid_dpop_proof', 400), empty],
      ...tokens,
    )
    const error = await rejection(listConnectedAccounts(client))
    expect(error).toMatchObject({
      code: 'invalid_dpop_proof',
      status: 400,
      detail: 'What is wrong',
    })
    expect(String(error)).toMatch(/the clock here says \d{4}-\d\d-\d\dT/)
    expect([requests.length, dpop.getClockOffset?.()]).toEqual([1, 0])
  },
)

test('a proof that is still refused after the clock was set right is not repeated again', async () => {
  const tokens = ['first', jwt({ iat: now() + 600 })]
  const { client, requests } = clientOf([refuse('invalid_dpop_proof', 401)], ...tokens)
  await expect(listConnectedAccounts(client)).rejects.toMatchObject({ code: 'invalid_dpop_proof' })
  expect(requests).toHaveLength(2)
})

test('a prover that knows no offset keeps its clock, and no fresh token is asked for in vain', async () => {
  const { fetch, requests } = observedFetch(refuse('invalid_dpop_proof', 400))
  const asked: boolean[] = []
  const accessToken = ({ forceRefresh }: AccessTokenRequest) => {
    asked.push(forceRefresh)
    return { accessToken: `${jwt({ iat: 0 })}${asked.length}`, tokenType: 'DPoP' }
  }
  const dpop = fromProver({ generateProof: async () => 'proof' })
  const options = { domain: 'tenant.example.test', accessToken, dpop, fetch }
  const client = createConnectedAccountsClient(options)
  await expect(listConnectedAccounts(client)).rejects.toMatchObject({ code: 'invalid_dpop_proof' })
  expect([requests.length, asked]).toEqual([1, [false]])
})

test('an abort ends the waiting for a token whose source does not listen to the signal', async () => {
  const { fetch, requests } = observedFetch(empty)
  const accessToken = () => new Promise<string>(() => undefined)
  const client = createConnectedAccountsClient({
    domain: 'tenant.example.test',
    accessToken,
    fetch,
  })
  const controller = new AbortController()
  const listing = rejection(listConnectedAccounts(client, { signal: controller.signal }))
  controller.abort(new Error('enough'))
  expect(await listing).toMatchObject({ message: 'enough' })
  expect(requests).toHaveLength(0)
})

test('a token source that fails after the abort is no unhandled rejection', async () => {
  const unhandled: unknown[] = []
  const note = (reason: unknown) => void unhandled.push(reason)
  process.on('unhandledRejection', note)
  const reason = new Error('enough')
  const accessToken = async () => {
    await new Promise((resolve) => setTimeout(resolve))
    throw new Error('too late')
  }
  const client = createConnectedAccountsClient({ domain: 'tenant.example.test', accessToken })
  const signal = AbortSignal.abort(reason)
  expect(await rejection(listConnectedAccounts(client, { signal }))).toBe(reason)
  await new Promise((resolve) => setTimeout(resolve, 20))
  process.off('unhandledRejection', note)
  expect(unhandled).toEqual([])
})
