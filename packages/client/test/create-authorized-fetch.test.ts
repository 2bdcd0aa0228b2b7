import { expect, test } from 'vitest'
import { createAuthorizedFetch } from '../src/index.js'
import { observedFetch } from './observed-client.js'

test.for<[string, object]>([
  ['allowedOrigins must be an array of origins', { allowedOrigins: undefined }],
  ['allowedOrigins must be an array of origins', { allowedOrigins: 'https://api.example.test' }],
  ['allowedOrigins must be an array of origins', { allowedOrigins: ['https://api.example.test/'] }],
  ['allowedOrigins must be an array of origins', { allowedOrigins: ['api.example.test'] }],
  ['audience must be a string', { audience: undefined }],
  ['scope must be a string', { scope: ['read:calendar'] }],
  ['fetch must be a function', { fetch: 'fetch' }],
  ['accessToken must be', { accessToken: '' }],
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
