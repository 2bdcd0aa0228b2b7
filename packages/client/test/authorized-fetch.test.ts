import { runInNewContext } from 'node:vm'
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
const challenge = (error: string, headers: HeadersInit = {}) =>
  problem(401, {}, { 'www-authenticate': `DPoP error="${error}", algs="ES256"`, ...headers })

function tokens(tokenType = 'Bearer') {
  const asked: AccessTokenRequest[] = []
  function accessToken(request: AccessTokenRequest) {
    asked.push(request)
    return { accessToken: `token-${asked.length}`, tokenType }
  }
  return { asked, accessToken }
}

function prover() {
  const proofs: DpopProofRequest[] = []
  async function generateProof(request: DpopProofRequest) {
    proofs.push(request)
    return `proof-${proofs.length}`
  }
  return { proofs, dpop: fromProver({ generateProof }) }
}

function clientOf(handlers: (() => Response)[], tokenType?: string) {
  const { fetch, requests } = observedFetch(...handlers)
  const { asked, accessToken } = tokens(tokenType)
  const { proofs, dpop } = prover()
  const client = createConnectedAccountsClient({
    domain: 'tenant.example.test',
    accessToken,
    dpop: tokenType === 'DPoP' ? dpop : undefined,
    fetch,
  })
  return { client, requests, asked, proofs }
}

test("the token source is asked for the My Account API and the operation's scope", async () => {
  const { client, asked } = clientOf([empty])
  await listConnectedAccounts(client)
  await client.DELETE('/connected-accounts/accounts/{id}', { params: { path: { id: 'cac_1' } } })
  expect(asked).toMatchObject([
    {
      audience: 'https://tenant.example.test/me/',
      scope: 'read:me:connected_accounts',
      forceRefresh: false,
    },
    { scope: 'delete:me:connected_accounts' },
  ])
  expect(asked[0]?.signal).toBeInstanceOf(AbortSignal)
})

test('a DPoP token is sent with its scheme and a proof for this request (RFC 9449 §7.1)', async () => {
  const { client, requests, proofs } = clientOf([empty], 'DPoP')
  await listConnectedAccounts(client, { take: 3 })
  expect(requests[0]?.headers.get('authorization')).toBe('DPoP token-1')
  expect(requests[0]?.headers.get('dpop')).toBe('proof-1')
  expect(proofs).toEqual([
    {
      url: 'https://tenant.example.test/me/v1/connected-accounts/accounts?take=3',
      method: 'GET',
      accessToken: 'token-1',
    },
  ])
})

test.for(['use_dpop_nonce', 'invalid_dpop_nonce'])(
  'a challenge of %s is answered once with the new nonce (RFC 9449 §9)',
  async (error) => {
    const { client, requests, proofs } = clientOf(
      [challenge(error, { 'dpop-nonce': 'n1' }), empty],
      'DPoP',
    )
    await listConnectedAccounts(client)
    expect(requests).toHaveLength(2)
    expect(proofs.map(({ nonce }) => nonce)).toEqual([undefined, 'n1'])
    await listConnectedAccounts(client)
    expect(proofs.at(-1)?.nonce).toBe('n1')
  },
)

test('the nonce of a success is used from then on (RFC 9449 §8.2)', async () => {
  const { client, proofs } = clientOf([json(200, { accounts: [] }, { 'dpop-nonce': 'n2' })], 'DPoP')
  await listConnectedAccounts(client)
  await listConnectedAccounts(client)
  expect(proofs.map(({ nonce }) => nonce)).toEqual([undefined, 'n2'])
})

test('a server that never takes the nonce is asked twice, not for ever', async () => {
  const { client, requests } = clientOf(
    [challenge('use_dpop_nonce', { 'dpop-nonce': 'n' })],
    'DPoP',
  )
  await expect(listConnectedAccounts(client)).rejects.toMatchObject({ code: 'invalid_token' })
  expect(requests).toHaveLength(2)
})

test('a challenge without a nonce is not repeated', async () => {
  const { client, requests } = clientOf([challenge('use_dpop_nonce')], 'DPoP')
  await expect(listConnectedAccounts(client)).rejects.toMatchObject({ status: 401 })
  expect(requests).toHaveLength(1)
})

test('invalid_token asks once for a fresh token, whose proof is new too', async () => {
  const { client, requests, asked, proofs } = clientOf([challenge('invalid_token'), empty], 'DPoP')
  await listConnectedAccounts(client)
  expect(asked.map(({ forceRefresh }) => forceRefresh)).toEqual([false, true])
  expect(requests[1]?.headers.get('authorization')).toBe('DPoP token-2')
  expect(proofs[1]?.accessToken).toBe('token-2')
})

test('both causes may follow one another, each once, and a POST keeps its body', async () => {
  const { client, requests, asked } = clientOf(
    [
      challenge('invalid_token'),
      challenge('use_dpop_nonce', { 'dpop-nonce': 'n' }),
      challenge('invalid_token'),
    ],
    'DPoP',
  )
  const body = { connection: 'github', redirect_uri: 'https://app.example.test/' }
  const { response } = await client.POST('/connected-accounts/connect', { body })
  expect(response.status).toBe(401)
  expect(asked.map(({ forceRefresh }) => forceRefresh)).toEqual([false, true])
  expect(await Promise.all(requests.map((request) => request.json()))).toEqual([body, body, body])
})

test('a bound token without a prover, or a prover with a Bearer token, throws and sends nothing', async () => {
  const { fetch, requests } = observedFetch(empty)
  const options = { domain: 'tenant.example.test', fetch }
  const noProver = createConnectedAccountsClient({ ...options, ...tokens('dpop') })
  await expect(listConnectedAccounts(noProver)).rejects.toMatchObject({
    name: 'TokenError',
    code: 'dpop_prover_missing',
  })
  const bearer = createConnectedAccountsClient({
    ...options,
    ...tokens('Bearer'),
    dpop: prover().dpop,
  })
  await expect(listConnectedAccounts(bearer)).rejects.toMatchObject({
    name: 'TokenError',
    code: 'token_not_bound',
  })
  expect(requests).toHaveLength(0)
})

test('a prover that says it is off is held to Bearer', async () => {
  const { fetch, requests } = observedFetch(empty)
  const dpop = fromProver({ ...prover().dpop, isEnabled: async () => false })
  const options = { domain: 'tenant.example.test', fetch, dpop }
  await listConnectedAccounts(createConnectedAccountsClient({ ...options, ...tokens('Bearer') }))
  expect(requests[0]?.headers.get('authorization')).toBe('Bearer token-1')
  expect(requests[0]?.headers.has('dpop')).toBe(false)
  const bound = createConnectedAccountsClient({ ...options, ...tokens('DPoP') })
  await expect(listConnectedAccounts(bound)).rejects.toMatchObject({ code: 'dpop_prover_missing' })
})

test('a token is never sent along a redirect, not even where the call asks for it', async () => {
  const { client, requests } = clientOf([empty])
  await client.GET('/connected-accounts/accounts', { redirect: 'follow' })
  expect(requests.map(({ redirect }) => redirect)).toEqual(['manual'])
})

test('a redirect of the backend is not followed, either', async () => {
  const { fetch, requests } = observedFetch(empty)
  const client = createConnectedAccountsClient({ baseUrl: 'https://app.example.test/api', fetch })
  await listConnectedAccounts(client)
  await client.GET('/connected-accounts/accounts', { redirect: 'follow' })
  expect(requests.map(({ redirect }) => redirect)).toEqual(['manual', 'manual'])
})

test.for([201, 204, 302, 403, 500])(
  'a %i is not sent again, whatever its challenge',
  async (status) => {
    const challenged = { headers: { 'www-authenticate': 'DPoP error="invalid_token"' }, status }
    const { client, requests, asked } = clientOf([() => new Response(null, challenged)], 'DPoP')
    const body = { connection: 'github', redirect_uri: 'https://app.example.test/' }
    await client.POST('/connected-accounts/connect', { body })
    expect([requests.length, asked.length]).toEqual([1, 1])
  },
)

test('the body of a refused answer is given up before the request is sent again', async () => {
  let isCancelled = false
  const body = new ReadableStream({
    cancel() {
      isCancelled = true
    },
  })
  const challenged = { headers: { 'www-authenticate': 'DPoP error="invalid_token"' }, status: 401 }
  const { client } = clientOf([() => new Response(body, challenged), empty], 'DPoP')
  await listConnectedAccounts(client)
  expect(isCancelled).toBe(true)
})

test('a fetch that keeps its requests sees each with its own credentials', async () => {
  const kept: Request[] = []
  const fetch = async (request: Request) => {
    kept.push(request)
    return kept.length === 1 ? challenge('invalid_token')() : empty()
  }
  const options = { domain: 'tenant.example.test', fetch, dpop: prover().dpop }
  const client = createConnectedAccountsClient({ ...options, ...tokens('DPoP') })
  await listConnectedAccounts(client)
  const sent = kept.map(({ headers }) => [headers.get('authorization'), headers.get('dpop')])
  expect(sent).toEqual([
    ['DPoP token-1', 'proof-1'],
    ['DPoP token-2', 'proof-2'],
  ])
})

test("a token source may answer another realm's promise", async () => {
  const { fetch, requests } = observedFetch(empty)
  const token = { accessToken: 'token-1', tokenType: 'Bearer' }
  const accessToken = (): Promise<typeof token> =>
    runInNewContext('Promise.resolve(token)', { token })
  expect(accessToken()).not.toBeInstanceOf(Promise)
  const domain = 'tenant.example.test'
  await listConnectedAccounts(createConnectedAccountsClient({ domain, accessToken, fetch }))
  expect(requests[0]?.headers.get('authorization')).toBe('Bearer token-1')
})

test('what the token source throws reaches the caller untouched', async () => {
  const failure = new Error('login_required')
  const { fetch } = observedFetch(empty)
  const client = createConnectedAccountsClient({
    domain: 'tenant.example.test',
    accessToken: () => Promise.reject(failure),
    fetch,
  })
  expect(await rejection(listConnectedAccounts(client))).toBe(failure)
})

test.for<[string, unknown]>([
  ['nothing', undefined],
  ['null', null],
  ['the answer of a token endpoint as it is', { access_token: 'at-secret', token_type: 'Bearer' }],
  ['a token without its type', { accessToken: 'at-secret' }],
  ['a token with a line break', 'at-secret\nmore'],
  ['a token that no header can hold', { accessToken: 'at-secret ☂', tokenType: 'Bearer' }],
])('a source that answers %s is told what to answer, without the token', async ([, answer]) => {
  const { fetch, requests } = observedFetch(empty)
  const accessToken = async () => answer as string // wrong answers are what this is about; the types forbid them
  const options = { domain: 'tenant.example.test', accessToken, fetch }
  const error = await rejection(listConnectedAccounts(createConnectedAccountsClient(options)))
  expect(error).toBeInstanceOf(TypeError)
  expect(String(error)).toMatch('accessToken returned no token')
  expect(String(error)).not.toMatch('at-secret')
  expect(requests).toHaveLength(0)
})
