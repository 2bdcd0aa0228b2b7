import { createHash } from 'node:crypto'
import { inspect } from 'node:util'
import fc from 'fast-check'
import { expect, test } from 'vitest'
import { createDpop } from '../src/dpop-prover.js'
import {
  type ConnectedAccountsClient,
  completeConnect,
  createAuthorizedFetch,
  createConnectedAccountsClient,
  deleteConnectedAccount,
  isConnectCallback,
  isConnectFlowError,
  isMyAccountApiError,
  isTokenError,
  iterateConnectedAccounts,
  iterateConnections,
  memoryTransactions,
  startConnect,
} from '../src/index.js'
import { connected, redirectUri } from './flows.js'
import { collect } from './observed-client.js'

// A stack has nothing of the input, and takes most of the time.
Error.stackTraceLimit = 0

const RUNS = { numRuns: 10_000 }
const TIME = 120_000

/** The same on every run, so that a failure can be run again by its seed. */
function randomToken(length: number): string {
  const hashes = [0, 1, 2, 3].map((n) => createHash('sha512').update(`${length} ${n}`))
  return hashes
    .map((hash) => hash.digest('base64url'))
    .join('')
    .slice(0, length)
}

// As long as the real ones are, from 36 characters on.
const secret = {
  accessToken: `eyJhbGciOiJSUzI1NiJ9.${randomToken(300)}.${randomToken(342)}`,
  authSession: randomToken(64),
  codeVerifier: randomToken(44),
  connectCode: randomToken(46),
  ticket: 'f0e1d2c3-b4a5-4968-8778-695a4b3c2d1e',
}
const secrets = Object.values(secret)
const STATE = `connect.${randomToken(42)}`

/** Any text, often with something in it that nobody may see. */
const text = fc.oneof(
  fc.string({ unit: 'binary' }),
  fc
    .tuple(fc.string(), fc.constantFrom(...secrets), fc.string())
    .map(([before, token, after]) => before + token + after),
)

const { json } = fc.letrec<{ json: unknown }>((tie) => ({
  json: fc.oneof(
    { maxDepth: 3 },
    fc.oneof(text, fc.double(), fc.integer(), fc.boolean(), fc.constant(null)),
    fc.array(tie('json'), { maxLength: 4 }),
    fc.dictionary(text, tie('json'), { maxKeys: 4 }),
  ),
}))

/** An object that is nearly what it should be: each field is the right one, another, or missing. */
const nearly = (valid: Record<string, unknown>) =>
  fc.record(
    Object.fromEntries(
      Object.entries(valid).map(([name, value]) => [
        name,
        fc.oneof({ weight: 4, arbitrary: fc.constant(value) }, json),
      ]),
    ),
    { requiredKeys: Object.keys(valid).slice(0, 2) },
  )

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
const status = fc.oneof(
  fc.constantFrom(200, 201, 204, 400, 401, 403, 404, 409, 415, 429, 500),
  fc.integer({ min: 200, max: 599 }),
)

/** What a header may hold (RFC 9110 §5.5). */
const headerValue = fc
  .oneof(text, fc.constantFrom('error="use_dpop_nonce"', 'DPoP error="invalid_token"', '9e9', '-1'))
  .map((value) => value.replaceAll(/[^\t\x20-\x7e\x80-\xff]/g, '').trim())
const headers = fc.dictionary(
  fc.constantFrom(
    'www-authenticate',
    'dpop-nonce',
    'retry-after',
    'content-type',
    'content-length',
    'location',
    'x-ratelimit-reset',
  ),
  headerValue,
)

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

/** Fails unless the work succeeds or its error is one of ours that tells no secret. */
async function expectTypedError(work: Promise<unknown> | undefined): Promise<unknown> {
  const error = await work?.then(
    () => undefined,
    (reason: unknown) => reason,
  )
  if (error === undefined) return error
  if (!isMyAccountApiError(error) && !isConnectFlowError(error) && !isTokenError(error)) throw error
  const { message, cause } = error
  const fields = Object.values(error).map((value) => JSON.stringify(value))
  const shown = [message, JSON.stringify(error), inspect(error, { depth: 9 }), ...fields]
  if (cause instanceof Error) shown.push(cause.message, inspect(cause), JSON.stringify(cause))
  const leaked = secrets
    .flatMap((token) => token.split('.'))
    .find((token) => shown.join().includes(token))
  if (leaked) throw new Error(`A secret is shown: ${shown.join('\n')}`)
  return error
}

function hasBody(status: number): boolean {
  return ![204, 205, 304].includes(status)
}

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
      const respond = () =>
        hasBody(status) ? Response.json(body, { status }) : new Response(null, { status })
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
      const respond = () => new Response(hasBody(status) ? new Uint8Array(bytes) : null, { status })
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
        const respond = () => new Response(hasBody(status) ? '{}' : null, { status, headers })
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
