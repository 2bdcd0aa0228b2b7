import { describe, expect, test, vi } from 'vitest'
import { fromProver } from '../src/dpop/from-prover.js'
import {
  type AccessTokenRequest,
  type AuthorizedFetchOptions,
  createAuthorizedFetch,
} from '../src/index.js'
import { observedFetch } from './observed-client.js'

test.for<[string, object]>([
  ['allowedOrigins must be an array of origins', { allowedOrigins: undefined }],
  ['allowedOrigins must be an array of origins', { allowedOrigins: 'https://api.example.test' }],
  ['allowedOrigins must be an array of origins', { allowedOrigins: ['https://api.example.test/'] }],
  ['allowedOrigins must be an array of origins', { allowedOrigins: ['api.example.test'] }],
  [
    'allowedOrigins must be an array of origins',
    { allowedOrigins: ['https://api.example.test', 'api.example.test'] },
  ],
  ["audience must be the API's identifier", { audience: undefined }],
  ['scope must be a string', { scope: ['read:calendar'] }],
  ['fetch must be a function', { fetch: 'fetch' }],
  ['accessToken must be', { accessToken: '' }],
  ['accessToken must be', { accessToken: { accessToken: 't', tokenType: 'Bearer' } }],
  ['dpop must be the result of', { dpop: null }],
  ['dpop must be the result of', { dpop: { generateProof: async () => 'proof' } }],
])('an authorized fetch is not made where %s', ([message, wrong]) => {
  const options = { accessToken: 't', audience: 'https://api.example.test/', scope: '' }
  const allowedOrigins = ['https://api.example.test']
  expect(() => createAuthorizedFetch({ ...options, allowedOrigins, ...wrong })).toThrow(message)
})

test('an authorized fetch calls allowed origins only', async () => {
  const { fetch, requests } = observedFetch(() => new Response('ok'))
  const authorized = createAuthorizedFetch({
    accessToken: 'token-1',
    audience: 'https://api.example.test/',
    scope: 'read:calendar',
    allowedOrigins: ['https://api.example.test'],
    fetch,
  })
  const response = await authorized('https://api.example.test/events', {
    method: 'POST',
    body: 'x',
    redirect: 'follow',
  })
  expect(await response.text()).toBe('ok')
  expect(requests[0]?.redirect).toBe('manual')
  expect(requests[0]?.headers.get('authorization')).toBe('Bearer token-1')
  for (const origin of ['https://evil.example.test', 'https://api.example.test.evil.test']) {
    await expect(authorized(`${origin}/`)).rejects.toThrow(`allowedOrigins does not have ${origin}`)
  }
  expect(requests).toHaveLength(1)
})

const calendar = {
  audience: 'https://api.example.test/',
  scope: 'read:calendar',
  allowedOrigins: ['https://api.example.test'],
}

test('an authorized fetch takes a Request as its second argument, as the platform does', async () => {
  const { fetch, requests } = observedFetch(() => new Response('ok'))
  const authorized = createAuthorizedFetch({ ...calendar, accessToken: 'token-1', fetch })
  const init = new Request('https://evil.example.test/', { method: 'POST', body: 'x' })
  await authorized('https://api.example.test/events', init)
  const [request] = requests
  expect([request?.url, request?.method]).toEqual(['https://api.example.test/events', 'POST'])
  expect([request?.redirect, await request?.text()]).toEqual(['manual', 'x'])
})

test('a refusal for another cause than the token asks for no other token', async () => {
  const headers = { 'www-authenticate': 'Bearer error="insufficient_scope"' }
  const { fetch, requests } = observedFetch(() => new Response(null, { status: 401, headers }))
  const asked: boolean[] = []
  const accessToken = ({ forceRefresh }: AccessTokenRequest) => {
    asked.push(forceRefresh)
    return `token-${asked.length}`
  }
  const authorized = createAuthorizedFetch({ ...calendar, accessToken, fetch })
  expect((await authorized('https://api.example.test/events')).status).toBe(401)
  expect([requests.length, asked]).toEqual([1, [false]])
})

test('if the network fails when a call is sent again, that is its failure', async () => {
  const failure = new TypeError('fetch failed')
  const headers = { 'www-authenticate': 'Bearer error="invalid_token"' }
  const { fetch } = observedFetch(
    () => new Response(null, { status: 401, headers }),
    () => Promise.reject(failure),
  )
  const accessToken = ({ forceRefresh }: AccessTokenRequest) => (forceRefresh ? 'new' : 'old')
  const authorized = createAuthorizedFetch({ ...calendar, accessToken, fetch })
  await expect(authorized('https://api.example.test/events')).rejects.toBe(failure)
})

describe('a call that is given up while its refusal arrives', () => {
  function callOf(
    challenge: string,
    options: Pick<AuthorizedFetchOptions, 'accessToken' | 'dpop'>,
  ) {
    const abort = new AbortController()
    const headers = { 'www-authenticate': challenge, 'dpop-nonce': 'n1' }
    const { fetch, requests } = observedFetch(() => {
      abort.abort(new Error('enough'))
      return new Response(null, { status: 401, headers })
    })
    const authorized = createAuthorizedFetch({ ...calendar, ...options, fetch })
    const { signal } = abort
    return { call: authorized('https://api.example.test/events', { signal }), requests }
  }

  test('asks for no other token', async () => {
    const accessToken = vi.fn(() => 'token-1')
    const { call, requests } = callOf('Bearer error="invalid_token"', { accessToken })
    await expect(call).rejects.toThrow('enough')
    expect(accessToken).toHaveBeenCalledTimes(1)
    expect(requests).toHaveLength(1)
  })

  test('makes no other proof', async () => {
    const generateProof = vi.fn(async () => 'proof')
    const accessToken = () => ({ accessToken: 'token-1', tokenType: 'DPoP' })
    const { call, requests } = callOf('DPoP error="use_dpop_nonce"', {
      accessToken,
      dpop: fromProver({ generateProof }),
    })
    await expect(call).rejects.toThrow('enough')
    expect(generateProof).toHaveBeenCalledTimes(1)
    expect(requests).toHaveLength(1)
  })
})

test('the body of a refused answer is given up if the token source has no other token', async () => {
  let isGivenUp = false
  const body = new ReadableStream({
    cancel() {
      isGivenUp = true
    },
  })
  const challenge = { 'www-authenticate': 'Bearer error="invalid_token"' }
  const authorized = createAuthorizedFetch({
    ...calendar,
    accessToken: ({ forceRefresh }) => {
      if (forceRefresh) throw new Error('login_required')
      return 'token-1'
    },
    fetch: async () => new Response(body, { status: 401, headers: challenge }),
  })
  await expect(authorized('https://api.example.test/events')).rejects.toThrow('login_required')
  expect(isGivenUp).toBe(true)
})
