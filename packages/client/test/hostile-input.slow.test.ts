import fc from 'fast-check'
import { expect, test } from 'vitest'
import { createDpop } from '../src/dpop/create-dpop.js'
import {
  type ConnectedAccountsClient,
  completeConnect,
  createAuthorizedFetch,
  createConnectedAccountsClient,
  deleteConnectedAccount,
  isConnectCallback,
  isConnectFlowError,
  iterateConnectedAccounts,
  iterateConnections,
  memoryTransactions,
  startConnect,
} from '../src/index.js'
import { connected, redirectUri } from './flows.js'
import {
  answerOf,
  expectTypedError,
  headers,
  json,
  nearly,
  RUNS,
  randomToken,
  secret,
  status,
  TIME,
  text,
} from './hostile.js'
import { collect } from './observed-client.js'

// A stack has nothing of the input, and takes most of the time.
Error.stackTraceLimit = 0

const STATE = `connect.${randomToken(42)}`

const problem = {
  type: 'https://auth0.com/api-errors/A0E-400-0003',
  title: `Title ${secret.accessToken}`,
  detail: `Detail ${secret.connectCode}`,
  status: 400,
  validation_errors: [
    { detail: secret.codeVerifier, pointer: secret.authSession, [secret.accessToken]: 1 },
  ],
}
const started = {
  auth_session: secret.authSession,
  connect_uri: 'https://tenant.example.test/connect',
  connect_params: { ticket: secret.ticket },
  expires_in: 300,
}
const page = { accounts: [connected], connections: [], next: secret.ticket }
const body = fc.oneof(json, ...[problem, started, page, connected].map(nearly))

const dpop = await createDpop()

type Respond = () => Response

function clientOf(respond: Respond, tokenType: string): ConnectedAccountsClient {
  return createConnectedAccountsClient({
    domain: 'tenant.example.test',
    accessToken: async () => ({ accessToken: secret.accessToken, tokenType }),
    ...(tokenType === 'DPoP' && { dpop }),
    fetch: async () => respond(),
  })
}

async function transactionsWithOne(attempted: boolean) {
  const transactions = memoryTransactions()
  const { authSession, codeVerifier } = secret
  const expiresAt = Date.now() + 300_000
  const pending = { authSession, codeVerifier, attempted, accountIds: [] }
  const transaction = { connection: 'github', redirectUri, expiresAt, pending }
  await transactions.set(STATE, transaction, transaction)
  return transactions
}

const callbackUrl = `${redirectUri}?connect_code=${secret.connectCode}&state=${STATE}`

const operations: Record<string, (client: ConnectedAccountsClient) => Promise<unknown>> = {
  accounts: (client) => collect(iterateConnectedAccounts(client)),
  connections: (client) => collect(iterateConnections(client)),
  delete: (client) => deleteConnectedAccount(client, 'cac_1'),
  start: (client) =>
    startConnect(client, { connection: 'github', redirectUri, transactions: memoryTransactions() }),
  complete: async (client) =>
    completeConnect(client, { callbackUrl, transactions: await transactionsWithOne(false) }),
  'complete again': async (client) =>
    completeConnect(client, { callbackUrl, transactions: await transactionsWithOne(true) }),
}
const operation = fc.constantFrom(...Object.keys(operations))

test(
  'any string as callback URL: a ConnectFlowError, and nothing is sent',
  async () => {
    const client = clientOf(() => {
      throw new Error('sent')
    }, 'Bearer')
    const wild = fc.oneof(
      text,
      text.map((noise) => `${redirectUri}?${noise}`),
      text.map((noise) => `${redirectUri}#state=connect.${noise}`),
      fc
        .tuple(text, text)
        .map(
          ([error, description]) => new URLSearchParams({ error, error_description: description }),
        )
        .map((params) => `${redirectUri}?${params}&state=${STATE}&error=x`),
      text.map((noise) => `${redirectUri}?${new URLSearchParams({ n: noise })}&state=${STATE}`),
    )
    const property = fc.asyncProperty(wild, async (url) => {
      const completed = completeConnect(client, {
        callbackUrl: url,
        transactions: await transactionsWithOne(false),
      })
      expect(isConnectFlowError(await expectTypedError(completed))).toBe(true)
      isConnectCallback(url)
    })
    await fc.assert(property, RUNS)
  },
  TIME,
)

test(
  'any JSON as an answer: only our errors come out, and no token in them',
  async () => {
    const property = fc.asyncProperty(operation, status, body, async (name, status, body) => {
      const respond = () => answerOf(JSON.stringify(body), { status })
      await expectTypedError(operations[name]?.(clientOf(respond, 'Bearer')))
    })
    await fc.assert(property, RUNS)
  },
  TIME,
)

test(
  'any bytes as an answer: only our errors come out, and no token in them',
  async () => {
    const bytes = fc.oneof(
      fc.uint8Array(),
      text.map((value) => new TextEncoder().encode(value)),
      body.map((value) => new TextEncoder().encode(JSON.stringify(value).slice(0, -1))),
    )
    const property = fc.asyncProperty(operation, status, bytes, async (name, status, bytes) => {
      const respond = () => answerOf(new Uint8Array(bytes), { status })
      await expectTypedError(operations[name]?.(clientOf(respond, 'Bearer')))
    })
    await fc.assert(property, RUNS)
  },
  TIME,
)

test(
  'any header value: only our errors come out, and no token in them',
  async () => {
    const scheme = fc.constantFrom('Bearer', 'DPoP')
    const property = fc.asyncProperty(
      fc.oneof(operation, fc.constant('any API')),
      scheme,
      status,
      headers,
      async (name, scheme, status, headers) => {
        const respond = () => answerOf('{}', { status, headers })
        if (operations[name]) {
          await expectTypedError(operations[name](clientOf(respond, scheme)))
          return
        }
        const fetch = createAuthorizedFetch({
          accessToken: () => ({ accessToken: secret.accessToken, tokenType: scheme }),
          ...(scheme === 'DPoP' && { dpop }),
          audience: 'https://api.example.test/',
          scope: '',
          allowedOrigins: ['https://api.example.test'],
          fetch: async () => respond(),
        })
        expect((await fetch('https://api.example.test/')).status).toBe(status)
      },
    )
    await fc.assert(property, RUNS)
  },
  TIME,
)
