import { readOpenApi } from '@connected-accounts/testing/openapi'
import { describe, expect, test } from 'vitest'
import {
  type ConnectedAccountsClient,
  checkConnections,
  completeConnect,
  deleteConnectedAccount,
  iterateConnectedAccounts,
  iterateConnections,
  listConnectedAccounts,
  listConnections,
  memoryTransactions,
  startConnect,
} from '../src/index.js'
import { account, collect, createClient, rejection } from './observed-client.js'

/** A function that sends an operation of the contract, and an answer that the contract promises for it. */
interface Promised {
  name: string
  operation: string
  statuses: number[]
  body: object | undefined
  call(client: ConnectedAccountsClient): Promise<unknown>
}

const redirectUri = 'https://app.example.test/callback'
const started = {
  auth_session: 'session',
  connect_uri: 'https://tenant.example.test/connect',
  connect_params: { ticket: 'ticket' },
  expires_in: 300,
}
const accounts = { accounts: [account(1)] }
const connections = { connections: [{ name: 'github', strategy: 'github', scopes: ['repo'] }] }

/** Starts a flow with an answer that is right, and completes it with the client that is given. */
async function startAndComplete(client: ConnectedAccountsClient): Promise<unknown> {
  const transactions = memoryTransactions()
  const other = createClient({
    fetch: async ({ method }) =>
      method === 'POST' ? Response.json(started, { status: 201 }) : Response.json(accounts),
  })
  const flow = { connection: 'google-oauth2', redirectUri, transactions }
  const { state } = await startConnect(other, flow)
  const callbackUrl = `${redirectUri}?connect_code=code&state=${state}`
  return completeConnect(client, { callbackUrl, transactions })
}

const promised: Promised[] = [
  {
    name: 'listConnectedAccounts',
    operation: 'getConnectedAccounts',
    statuses: [200],
    body: accounts,
    call: (client) => listConnectedAccounts(client),
  },
  {
    name: 'iterateConnectedAccounts',
    operation: 'getConnectedAccounts',
    statuses: [200],
    body: accounts,
    call: (client) => collect(iterateConnectedAccounts(client)),
  },
  {
    name: 'listConnections',
    operation: 'getConnectedAccountsConnections',
    statuses: [200],
    body: connections,
    call: (client) => listConnections(client),
  },
  {
    name: 'iterateConnections',
    operation: 'getConnectedAccountsConnections',
    statuses: [200],
    body: connections,
    call: (client) => collect(iterateConnections(client)),
  },
  {
    name: 'checkConnections',
    operation: 'getConnectedAccountsConnections',
    statuses: [200],
    body: connections,
    call: (client) => checkConnections(client, { code: { connection: 'github' } }),
  },
  {
    name: 'deleteConnectedAccount',
    operation: 'deleteConnectedAccount',
    statuses: [204],
    body: undefined,
    call: (client) => deleteConnectedAccount(client, 'cac_1'),
  },
  {
    name: 'startConnect',
    operation: 'createConnectedAccountRequest',
    statuses: [201],
    body: started,
    call: (client) =>
      startConnect(client, {
        connection: 'google-oauth2',
        redirectUri,
        transactions: memoryTransactions(),
      }),
  },
  {
    name: 'completeConnect',
    operation: 'completeConnectedAccountRequest',
    statuses: [201, 200], // Auth0's documentation has both: EVIDENCE.md, disagreement 3
    body: account(1),
    call: startAndComplete,
  },
]

interface Operation {
  operationId: string
  responses: Record<string, unknown>
}
const { paths }: { paths: Record<string, Record<string, Operation>> } = readOpenApi('my-account')
const operations = Object.values(paths).flatMap((item) => Object.values(item))

test('every operation of the contract is here, with the status that the contract promises', () => {
  for (const { operationId, responses } of operations) {
    const success = Object.keys(responses).filter((status) => /^[123]/.test(status))
    const first = promised.filter(({ operation }) => operation === operationId)
    expect(first.length, operationId).toBeGreaterThan(0)
    for (const { statuses } of first) expect(success).toEqual([String(statuses[0])])
  }
})

const without = [204, 205, 304]
const json = 'application/json'

/** What the function returns, or the error that it throws, if this is the answer to each request. */
function answeredWith(
  { call }: Promised,
  status: number,
  body: unknown,
  type: string | undefined = json,
): Promise<unknown> {
  const text = typeof body === 'string' ? body : JSON.stringify(body)
  const bytes = without.includes(status) ? null : new TextEncoder().encode(text)
  const headers = { ...(type && bytes && { 'content-type': type }), location: '/login' }
  return call(createClient({ fetch: async () => new Response(bytes, { status, headers }) }))
}

const success = [200, 201, 202, 203, 204, 205, 206, 207, 226, 299]
const redirects = [300, 301, 302, 303, 304, 305, 307, 308, 399]

describe.each(promised)('$name', (given) => {
  const { statuses, body } = given
  const [status = 0] = statuses
  const unexpected = async (promise: Promise<unknown>, answered = status) => {
    expect(await rejection(promise)).toMatchObject({
      name: 'MyAccountApiError',
      code: 'unexpected_response',
      status: answered,
    })
  }

  test.for(statuses)('takes what the contract promises, with status %i', async (promisedStatus) => {
    await answeredWith(given, promisedStatus, body)
  })

  const others = [...success, ...redirects].filter((other) => !statuses.includes(other))
  test.for(others)(
    'refuses status %i as unexpected_response, also with the right body',
    async (other) => {
      await unexpected(answeredWith(given, other, body ?? accounts), other)
    },
  )

  if (body === undefined) return

  test.for(['application/json; charset=utf-8', 'Application/JSON', 'application/json ; a=b'])(
    'takes JSON as %s',
    async (type) => {
      await answeredWith(given, status, body, type)
    },
  )

  test.for([
    'text/html',
    'application/problem+json',
    'text/plain',
    'application/jsonp',
    'text/json; x=application/json',
    '',
  ])('refuses the right body as %o as unexpected_response', async (type) => {
    await unexpected(answeredWith(given, status, body, type))
  })

  const problem = { type: 't', title: 'Title', detail: 'Detail', status }
  test.for<[string, unknown]>([
    ['nothing', ''],
    ['no JSON', '<html>Log in</html>'],
    ['JSON with something behind it', `${JSON.stringify(body)}}`],
    ['null', null],
    ['a text', 'accounts'],
    ['a list', [body]],
    ['an object of another form', {}],
    ['a problem', problem],
    ['a problem with validation errors', { ...problem, validation_errors: [{ detail: 'x' }] }],
  ])('refuses %s as unexpected_response', async ([, other]) => {
    const text = typeof other === 'string' && other.startsWith('acc') ? '"accounts"' : other
    await unexpected(answeredWith(given, status, text))
  })
})
