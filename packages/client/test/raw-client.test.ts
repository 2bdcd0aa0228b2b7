import fc from 'fast-check'
import createClient from 'openapi-fetch'
import { expect, test } from 'vitest'
import type { paths } from '../src/index.js'
import type { RawClient } from '../src/my-account/raw-client.js'
import { json, observedClient, rejection } from './observed-client.js'

type Call = (client: RawClient) => Promise<{ data?: unknown; error?: unknown; response: Response }>

/** What a call sends and comes to, by our client and by openapi-fetch's own with the same `fetch`. */
async function byBoth(call: Call, answer: () => Response) {
  const { client, requests } = observedClient(answer)
  const outcomes = []
  for (const each of [client, createClient<paths>(client)]) {
    outcomes.push(await call(each).then(comparable, String))
  }
  const sent = await Promise.all(
    requests.map(async ({ method, url, headers, body }) => ({
      method,
      url,
      headers: [...headers],
      body: body && (await new Response(body).text()),
    })),
  )
  return { outcomes, sent }
}

/** Of an empty body openapi-fetch says '' or undefined, by its `content-length`. */
function comparable({ data, error, response }: Awaited<ReturnType<Call>>) {
  return { data: data || undefined, error: error || undefined, status: response.status }
}

const text = fc.string({ unit: 'binary' })
const parseAs = fc.constantFrom('json', 'text')

const call: fc.Arbitrary<Call> = fc.oneof(
  fc
    .record({ take: fc.nat(), from: text, connection: fc.array(text) }, { requiredKeys: [] })
    .chain((query) => parseAs.map((as) => ({ params: { query }, parseAs: as })))
    .map(
      (init): Call =>
        (client) =>
          client.GET('/connected-accounts/accounts', init),
    ),
  fc.tuple(text, parseAs).map(([id, as]): Call => {
    const init = { params: { path: { id } }, parseAs: as }
    return (client) => client.DELETE('/connected-accounts/accounts/{id}', init)
  }),
  fc.record({ connection: text, redirect_uri: text, state: text, scopes: fc.array(text) }).map(
    (body): Call =>
      (client) =>
        client.POST('/connected-accounts/connect', { body }),
  ),
)

const answer = fc
  .record({
    status: fc.constantFrom(200, 201, 204, 302, 400, 401, 404, 429, 500, 503),
    body: fc.oneof(text, fc.json()),
  })
  .map(
    ({ status, body }) =>
      () =>
        new Response(status === 204 ? null : body, { status }),
  )

test('any call sends what openapi-fetch sends, and comes to what it comes to', async () => {
  await fc.assert(
    fc.asyncProperty(call, answer, async (anyCall, anyAnswer) => {
      const { outcomes, sent } = await byBoth(anyCall, anyAnswer)
      expect(outcomes[0]).toEqual(outcomes[1])
      expect(sent[0]).toEqual(sent[1])
    }),
    { numRuns: 1000 },
  )
})

type Init = Pick<RequestInit, 'cache'> & {
  headers?: Headers | Record<string, string | number | null | undefined>
  parseAs?: 'blob' | 'arrayBuffer' | 'stream'
}

test.for<[string, Init]>([
  ['a header of its own', { headers: { 'x-request-id': '1' } }],
  ['headers that are not there', { headers: { 'x-trace': undefined, 'x-span': null } }],
  ['a header that is a number', { headers: { 'x-request-id': 1 } }],
  ['an instance of Headers', { headers: new Headers({ 'x-request-id': '1' }) }],
  ['a cache mode', { cache: 'no-store' }],
  ['a Blob as answer', { parseAs: 'blob' }],
  ['an ArrayBuffer as answer', { parseAs: 'arrayBuffer' }],
  ['a stream as answer', { parseAs: 'stream' }],
])('a call is the same as with openapi-fetch with %s', async ([, init]) => {
  const get: Call = async (client) => {
    const { response, ...result } = await client.GET('/connected-accounts/accounts', init)
    const data: unknown = result.data
    return { response, data: await new Response(data as BodyInit).text() } // its type is that of `parseAs: 'json'`
  }
  const { outcomes, sent } = await byBoth(get, () => new Response('{"accounts":[]}'))
  expect(outcomes[0]).toEqual(outcomes[1])
  expect(sent[0]).toEqual(sent[1])
})

test.for([
  'baseUrl',
  'fetch',
  'Request',
  'middleware',
  'bodySerializer',
  'pathSerializer',
  'querySerializer',
  'params.header',
])('%s is refused, and openapi-fetch named, as it would do nothing', async (option) => {
  const { client, requests } = observedClient(json(200, { accounts: [] }))
  const name = option.replace('params.', '')
  const init = name === option ? { [name]: () => '' } : { params: { [name]: { DPoP: 'proof' } } }
  const error = await rejection(client.GET('/connected-accounts/accounts', init))
  expect(error).toBeInstanceOf(TypeError)
  expect(String(error)).toContain(`${name} needs openapi-fetch`)
  expect(requests).toHaveLength(0)
})

test.for(['fetch', 'baseUrl', 'middleware'])('%s that is undefined is none', async (name) => {
  const { client } = observedClient(json(200, { accounts: [] }))
  const { data } = await client.GET('/connected-accounts/accounts', { [name]: undefined })
  expect(data).toEqual({ accounts: [] })
})

test('the method of a call is that of its name, and a redirect is never followed', async () => {
  const { client, requests } = observedClient(json(200, { accounts: [] }))
  await client.GET('/connected-accounts/accounts', { method: 'DELETE', redirect: 'follow' })
  expect(requests).toMatchObject([{ method: 'GET', redirect: 'manual' }])
})

test.for([
  ['GET', 'https://evil.example.test/me/v1/connected-accounts/accounts'],
  ['GET', 'https://tenant.example.test/me/v10/accounts'],
  ['GET', 'https://tenant.example.test/me/v1/../v2/accounts'],
  ['GET', 'http://tenant.example.test/me/v1/connected-accounts/accounts'],
  ['PUT', 'https://tenant.example.test/me/v1/connected-accounts/accounts'],
])('the token is not given to %s %s', async ([method = '', url = '']) => {
  const { client, requests } = observedClient(json(200, {}))
  const error = await rejection(client.fetch(new Request(url, { method })))
  expect(error).toBeInstanceOf(TypeError)
  expect(String(error)).toContain(`it gets no access token`)
  expect(requests).toHaveLength(0)
})
