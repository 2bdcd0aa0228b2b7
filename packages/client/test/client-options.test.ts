import { expect, test } from 'vitest'
import { createConnectedAccountsClient } from '../src/index.js'

const valid = { domain: 'tenant.example.test', accessToken: 'token' }

test('a host is taken as https, a URL as it is, and the base has no trailing slash', () => {
  const baseUrl = (domain: string) => createConnectedAccountsClient({ ...valid, domain }).baseUrl
  expect(baseUrl('tenant.example.test')).toBe('https://tenant.example.test/me/v1')
  expect(baseUrl('https://tenant.example.test/')).toBe('https://tenant.example.test/me/v1')
  expect(baseUrl('http://localhost:4400')).toBe('http://localhost:4400/me/v1')
  expect(baseUrl('http://127.0.0.1:4400')).toBe('http://127.0.0.1:4400/me/v1')
})

test('a backend takes the place of the tenant', () => {
  expect(createConnectedAccountsClient({ baseUrl: '/api/me/v1/' }).baseUrl).toBe('/api/me/v1')
})

test.for<[string, object]>([
  [
    "domain must be a host without a path, like 'tenant.eu.auth0.com'; got ''",
    { ...valid, domain: '' },
  ],
  ["got 'undefined'", { accessToken: 'token' }],
  ['domain must be a host without a path', { ...valid, domain: 'tenant.example.test/me' }],
  ['domain must be a host without a path', { ...valid, domain: 'tenant.example.test?a' }],
  ['domain must be a host without a path', { ...valid, domain: 'me@tenant.example.test' }],
  ['domain must be a host without a path', { ...valid, domain: 'not a host' }],
  ['domain must be a host without a path', { ...valid, domain: ' ' }],
  ['domain must use https', { ...valid, domain: 'http://tenant.example.test' }],
  ['accessToken must be', { domain: valid.domain }],
  ['accessToken must be', { ...valid, accessToken: '' }],
  ['dpop must be the result of', { ...valid, dpop: true }],
  ['fromProver()', { ...valid, dpop: { generateProof: async () => '' } }],
  ['fetch must be a function', { ...valid, fetch: 'fetch' }],
  ['retry.limit must be', { ...valid, retry: { limit: -1 } }],
  ['retry.limit must be', { ...valid, retry: {} }],
  ['retry.limit must be', { baseUrl: '/api', retry: { limit: 1.5 } }],
  ['accessToken cannot be used with baseUrl', { baseUrl: '/api', accessToken: 'token' }],
  ['baseUrl must be', { baseUrl: 'api' }],
  ['baseUrl must be', { baseUrl: '//other.example.test' }],
  ['baseUrl must be', { baseUrl: '/\\other.example.test' }],
  ['baseUrl must be', { baseUrl: 'https://not a host/api' }],
  ['baseUrl must be', { baseUrl: 'https://user:password@app.example.test/api' }],
  ['baseUrl must be', { baseUrl: '/api?tenant=1' }],
  ['baseUrl must be', { baseUrl: '/api?' }],
  ['baseUrl must be', { baseUrl: 'https://app.example.test/api#me' }],
])('throws at creation: %s', ([message, options]) => {
  // Wrong options are what this is about; the types forbid them.
  const create = createConnectedAccountsClient as (options: object) => unknown
  expect(() => create(options)).toThrow(TypeError)
  expect(() => create(options)).toThrow(message)
})
