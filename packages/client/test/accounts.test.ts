import { expect, test } from 'vitest'
import {
  defineConnections,
  deleteConnectedAccount,
  iterateConnectedAccounts,
  iterateConnections,
  listConnectedAccounts,
  listConnections,
} from '../src/index.js'
import { account, collect, json, observedClient, problem, rejection } from './observed-client.js'

test('lists one page with its query, several connections as repeated parameters', async () => {
  const { client, requests } = observedClient(json(200, { accounts: [account(1)], next: 'n' }))
  const page = await listConnectedAccounts(client, {
    connection: ['google-oauth2', 'a&b'],
    from: 'f',
    take: 5,
  })
  expect(page).toEqual({ accounts: [account(1)], next: 'n' })
  expect(requests[0]?.url).toBe(
    'https://tenant.example.test/me/v1/connected-accounts/accounts?connection=google-oauth2&connection=a%26b&from=f&take=5',
  )
  expect(requests[0]?.headers.get('authorization')).toBe('Bearer bearer-token')
})

test('a filter takes connections as they were defined, alone and among names', async () => {
  const { client, requests } = observedClient(json(200, { accounts: [] }))
  const { calendar } = defineConnections({
    calendar: { connection: 'google-oauth2', scopes: ['calendar'] },
  })
  await listConnectedAccounts(client, { connection: calendar })
  await collect(iterateConnectedAccounts(client, { connection: [calendar, 'github'] }))
  await listConnectedAccounts(client)
  expect(requests.map(({ url }) => new URL(url).search)).toEqual([
    '?connection=google-oauth2',
    '?take=20&connection=google-oauth2&connection=github',
    '',
  ])
})

test('iterates over every page, 20 at a time, and asks for no page before it is needed', async () => {
  const { client, requests } = observedClient(
    json(200, { accounts: [account(1), account(2)], next: 'second' }),
    json(200, { accounts: [], next: 'third' }),
    json(200, { accounts: [account(3)] }),
  )
  const seen = []
  for await (const { id } of iterateConnectedAccounts(client, { connection: 'github' })) {
    if (seen.length === 0) expect(requests).toHaveLength(1)
    seen.push(id)
  }
  expect(seen).toEqual(['cac_1', 'cac_2', 'cac_3'])
  expect(requests.map(({ url }) => new URL(url).search)).toEqual([
    '?take=20&connection=github',
    '?take=20&connection=github&from=second',
    '?take=20&connection=github&from=third',
  ])
})

test('a server that gives the same next twice is refused rather than asked for ever', async () => {
  const { client, requests } = observedClient(json(200, { accounts: [account(1)], next: 'again' }))
  await expect(collect(iterateConnectedAccounts(client))).rejects.toMatchObject({
    code: 'unexpected_response',
  })
  expect(requests).toHaveLength(2)
})

test('lists and iterates connections in the same way', async () => {
  const connections = [{ name: 'github', strategy: 'github' }]
  const { client } = observedClient(
    json(200, { connections, next: 'n' }),
    json(200, { connections, next: 'n' }),
    json(200, { connections: [] }),
  )
  expect(await listConnections(client)).toEqual({ connections, next: 'n' })
  expect(await collect(iterateConnections(client))).toEqual(connections)
})

test('deletes by id, percent-encoded, and answers nothing', async () => {
  const { client, requests } = observedClient(() => new Response(null, { status: 204 }))
  expect(await deleteConnectedAccount(client, 'cac_1/../x')).toBeUndefined()
  expect(requests[0]?.method).toBe('DELETE')
  expect(new URL(requests[0]?.url ?? '').pathname).toBe(
    '/me/v1/connected-accounts/accounts/cac_1%2F..%2Fx',
  )
})

test.for<[string, () => Response]>([
  ['the login page of a proxy', () => new Response('<h1>Log in</h1>', { status: 200 })],
  ['200 without a body', () => new Response('', { status: 200 })],
  ['202', json(202, {})],
  ['a redirect', () => new Response(null, { status: 302, headers: { location: '/login' } })],
])('an account does not count as deleted after %s', async ([, answer]) => {
  const { client } = observedClient(answer)
  await expect(deleteConnectedAccount(client, 'cac_1')).rejects.toMatchObject({
    name: 'MyAccountApiError',
    code: 'unexpected_response',
    status: answer().status,
  })
})

test('an account that is not there is a not_found, and an empty id is not sent', async () => {
  const { client, requests } = observedClient(problem(404))
  await expect(deleteConnectedAccount(client, 'cac_1')).rejects.toMatchObject({
    name: 'MyAccountApiError',
    code: 'not_found',
  })
  for (const id of ['', '.', '..']) {
    await expect(deleteConnectedAccount(client, id)).rejects.toThrow('id must be')
  }
  expect(requests).toHaveLength(1)
})

test('an aborted signal rejects with its own reason, a network failure passes untouched', async () => {
  const failure = new TypeError('fetch failed')
  const { client } = observedClient(() => Promise.reject(failure))
  expect(await rejection(listConnectedAccounts(client))).toBe(failure)
  const reason = new Error('left the page')
  expect(
    await rejection(listConnectedAccounts(client, { signal: AbortSignal.abort(reason) })),
  ).toBe(reason)
})

test('of an empty list of connections there are no accounts, rather than those of all', async () => {
  const { client, requests } = observedClient(json(200, { accounts: [account(1)] }))
  expect(await listConnectedAccounts(client, { connection: [] })).toEqual({ accounts: [] })
  expect(await collect(iterateConnectedAccounts(client, { connection: [] }))).toEqual([])
  expect(requests).toHaveLength(0)
})
