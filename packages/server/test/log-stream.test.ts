import { setTimeout } from 'node:timers/promises'
import type { AccountEvent } from '@connected-accounts/client'
import { createEmulator } from '@connected-accounts/emulator'
import { expect, onTestFinished, test, vi } from 'vitest'
import { createLogStreamHandler } from '../src/index.js'
import { createServer, loggedIn, rejection } from './visitor.js'

const authorization = 'Bearer of-the-log-stream'
const url = 'http://localhost:3000/logs'

function post(route: ReturnType<typeof createLogStreamHandler>, body: BodyInit, headers = {}) {
  const init = { method: 'POST', body, headers: { authorization, ...headers } }
  return route(new Request(url, init))
}

/** A line of the log stream, as Auth0 writes it. */
function line(log_id: string, data: Record<string, unknown> = {}) {
  const fields = { type: 'seta', user_id: 'auth0|alice', date: '2026-07-01T10:00:00.000Z' }
  return { log_id, data: { log_id, connection: 'github', ...fields, ...data } }
}

function handlerOf(onEvent: (event: AccountEvent) => unknown = () => undefined) {
  const told: AccountEvent[] = []
  const route = createLogStreamHandler({
    authorization,
    onEvent: (event) => {
      const result = onEvent(event)
      told.push(event)
      return result
    },
  })
  return { route, told, ids: () => told.map(({ id }) => id) }
}

function silenceConsole() {
  const spy = vi.spyOn(console, 'error').mockImplementation(() => undefined)
  onTestFinished(() => spy.mockRestore())
  return spy
}

test.for([
  ['an array', (lines: object[]) => JSON.stringify(lines)],
  ['lines', (lines: object[]) => lines.map((each) => JSON.stringify(each)).join('\n')],
  [
    'lines that end with a line feed',
    (lines: object[]) => lines.map((each) => `${JSON.stringify(each)}\r\n`).join(''),
  ],
] as const)('a log stream is read as JSON in %s', async ([, write]) => {
  const { route, told } = handlerOf()
  const account = { details: { connected_account: { id: 'cac_1' } } }
  const answer = await post(
    route,
    write([
      line('1', { type: 'connected_accounts_connection_succeeded', ...account }),
      line('2', { type: 'connected_accounts_connection_failed' }),
      line('3', { type: 'connected_accounts_delete_succeeded', ...account }),
      line('4', { type: 'connected_accounts_delete_failed' }),
      line('5'),
      line('6', { type: 'feta' }),
    ]),
  )
  expect([answer.status, await answer.text()]).toEqual([200, ''])
  const event = { user: 'auth0|alice', connection: 'github', at: Date.UTC(2026, 6, 1, 10) }
  expect(told).toEqual([
    { id: '1', type: 'connected', ...event, accountId: 'cac_1' },
    { id: '2', type: 'connect_failed', ...event },
    { id: '3', type: 'disconnected', ...event, accountId: 'cac_1' },
    { id: '4', type: 'disconnect_failed', ...event },
    { id: '5', type: 'exchanged', ...event },
    { id: '6', type: 'exchange_failed', ...event, reason: 'other' },
  ])
})

test('a log stream is read as one JSON object', async () => {
  const { route, ids } = handlerOf()
  expect((await post(route, JSON.stringify(line('1')))).status).toBe(200)
  expect(ids()).toEqual(['1'])
})

test.for([
  ['of another type', { type: 's' }],
  ['whose type is the name of a property of every object', { type: 'constructor' }],
  ['without a user', { user_id: '' }],
  ['whose user is no text', { user_id: 7 }],
] as const)('a line %s is ignored', async ([, data]) => {
  const { route, ids } = handlerOf()
  const lines = [line('1', data), null, 'text', 7, {}, { log_id: '2' }, line('3')]
  expect((await post(route, JSON.stringify(lines))).status).toBe(200)
  expect(ids()).toEqual(['3'])
})

test.for([
  ['not_connected', { failure_reason: 'Federated connection Refresh Token not found.' }],
  ['not_connected', { error: { title: 'federated_connection_refresh_token_not_found' } }],
  ['missing_scopes', { failure_reason: 'The account was not granted such scopes' }],
  ['missing_scopes', { error: { title: 'invalid_scope' } }],
  ['other', { failure_reason: 'The provider does not answer' }],
  ['other', {}],
] as const)('a failed exchange is %s by %o', async ([reason, details]) => {
  const { route, told } = handlerOf()
  await post(route, JSON.stringify([line('1', { type: 'feta', details })]))
  expect(told).toMatchObject([{ type: 'exchange_failed', reason }])
})

test('the lines that the emulator writes say what happened, and that a grant is dead', async () => {
  const { route, told } = handlerOf()
  const emulator = await createEmulator({ port: 0 })
  onTestFinished(() => emulator.close())
  const server = createServer(emulator)
  const alice = await loggedIn(server, emulator.url)
  const exchange = () =>
    alice.request((store) => server.getAccessTokenForConnection({ connection: 'github' }, store))
  await rejection(exchange())
  await emulator.seed({ user_id: 'auth0|alice', connection: 'github' })
  await exchange()
  const { accounts } = await alice.request((store) => server.listConnectedAccounts({}, store))
  const accountId = String(accounts[0]?.id)
  await alice.request((store) => server.deleteConnectedAccount(accountId, store))
  const lines = emulator.logs.map((data) => ({ log_id: data.log_id, data }))
  expect((await post(route, JSON.stringify(lines))).status).toBe(200)
  const event = { user: 'auth0|alice', connection: 'github' }
  expect(told).toMatchObject([
    { type: 'exchange_failed', ...event, reason: 'not_connected' },
    { type: 'exchanged', ...event },
    { type: 'disconnected', ...event, accountId },
  ])
})

test.for([
  ['another secret', 'Bearer of-another-log-stream'],
  ['a secret that begins like the right one', authorization.slice(0, -1)],
  ['a secret that goes on after the right one', `${authorization}x`],
  ['none', ''],
] as const)('a line with the Authorization of %s is refused, unread', async ([, given]) => {
  const { route, told } = handlerOf()
  const headers = given ? { authorization: given } : {}
  const request = new Request(url, { method: 'POST', body: JSON.stringify([line('1')]), headers })
  const answer = await route(request)
  expect(answer.status).toBe(401)
  expect(await answer.json()).toMatchObject({ title: 'wrong_authorization' })
  expect([told, request.bodyUsed]).toEqual([[], false])
})

test('a line that comes twice is told once, also while it is being told', async () => {
  let open = () => {}
  const opened = new Promise<void>((resolve) => {
    open = resolve
  })
  const { route, ids } = handlerOf(() => opened)
  const body = JSON.stringify([line('1')])
  const [first, second] = [post(route, body), post(route, body)]
  await vi.waitFor(() => expect(ids()).toEqual(['1']))
  open()
  expect([(await first).status, (await second).status]).toEqual([200, 200])
  expect((await post(route, body)).status).toBe(200)
  expect(ids()).toEqual(['1'])
})

test('a line whose onEvent failed is answered with 500 and told again, before later ones of its user', async () => {
  const printed = silenceConsole()
  let isDown = true
  const { route, ids } = handlerOf(({ id }) => {
    if (isDown && id === '2') throw new Error('Redis is away')
  })
  const body = JSON.stringify([
    line('1'),
    line('2'),
    line('3'),
    line('4', { user_id: 'auth0|bob' }),
  ])
  const answer = await post(route, body)
  expect(answer.status).toBe(500)
  expect(await answer.json()).toMatchObject({ title: 'events_not_told' })
  expect(printed).toHaveBeenCalledTimes(1)
  expect(ids()).toEqual(['1', '4'])
  isDown = false
  expect((await post(route, body)).status).toBe(200)
  expect(ids()).toEqual(['1', '4', '2', '3'])
})

test('an onEvent that rejects counts as failed, too', async () => {
  silenceConsole()
  let isDown = true
  const { route } = handlerOf(async () => {
    await setTimeout(1)
    if (isDown) throw new Error('Redis is away')
  })
  expect((await post(route, JSON.stringify([line('1')]))).status).toBe(500)
  isDown = false
  expect((await post(route, JSON.stringify([line('1')]))).status).toBe(200)
})

test.for([
  ['not JSON', 'log_id=1', 400, 'not_json'],
  ['over five MiB', `"${'a'.repeat(5 * 2 ** 20)}"`, 413, 'body_too_large'],
] as const)('a body that is %s is refused', async ([, body, status, title]) => {
  const { route } = handlerOf()
  const answer = await post(route, body)
  expect([answer.status, await answer.json()]).toMatchObject([status, { title }])
})

test('a body of hundreds of lines, over 64 KiB, is read', async () => {
  const { route, ids } = handlerOf()
  const lines = Array.from({ length: 500 }, (_, index) =>
    line(String(index), { description: 'a'.repeat(1000) }),
  )
  expect((await post(route, JSON.stringify(lines))).status).toBe(200)
  expect(ids()).toHaveLength(500)
})

test('only a POST is read', async () => {
  const { route } = handlerOf()
  const answer = await route(new Request(url, { headers: { authorization } }))
  expect([answer.status, answer.headers.get('allow')]).toEqual([405, 'POST'])
})

test('an Authorization that is missing or short, and a missing onEvent, are TypeErrors', () => {
  const onEvent = () => undefined
  const create = (options: object) => () =>
    createLogStreamHandler({ authorization, onEvent, ...options })
  expect(create({ authorization: undefined })).toThrow(/authorization/)
  expect(create({ authorization: 'Bearer short' })).toThrow(/authorization/)
  expect(create({ onEvent: undefined })).toThrow(/onEvent/)
  expect(create({ onEvent: 'events' })).toThrow(/onEvent/)
})
