import { calculateThumbprint, generateKeyPair, generateProof } from 'dpop'
import type { operations } from '../src/generated/my-account.js'
import type { Emulator } from '../src/index.js'
import type { ContractChecker } from './contract.js'

type OperationId = keyof operations

/** An emulator in one of its shells, and how a request gets there. */
export interface Shell {
  emulator: Pick<Emulator, 'url' | 'consent' | 'failNext' | 'issueAccessToken' | 'reset'>
  send(request: Request): Promise<Response>
}

/** The tools that a case runs with. The case fails if the checker or `equal` throws. */
export interface Run extends Shell {
  checker: ContractChecker
  equal(actual: unknown, expected: unknown): void
}

/** One case of the contract suite, with the name of its test. */
export type Case = [name: string, run: (given: Run) => Promise<void>]

const redirect_uri = 'http://localhost:3000/connected'
const start = { connection: 'google-oauth2', redirect_uri }
const completion = { auth_session: 'x'.repeat(64), connect_code: 'y'.repeat(32), redirect_uri }

interface Sent {
  path: string
  method?: string
  body?: unknown
  headers?: Record<string, string>
  scope?: string
}

/** Each operation with a request that is authorized and fits its schema. */
const requests: Record<OperationId, Sent> = {
  createConnectedAccountRequest: { path: '/connect', body: start },
  completeConnectedAccountRequest: { path: '/complete', body: completion },
  getConnectedAccounts: { path: '/accounts' },
  getConnectedAccountsConnections: { path: '/connections' },
  deleteConnectedAccount: { path: '/accounts/cac_unknown', method: 'DELETE' },
}
const ids = Object.keys(requests) as OperationId[] // the keys of `requests`
const withBody = ids.filter((id) => 'body' in requests[id])

async function call({ emulator, send }: Shell, sent: Sent): Promise<Response> {
  const { path, body, headers, scope } = sent
  const user_id = 'auth0|alice'
  const token = await emulator.issueAccessToken({ user_id, ...(scope && { scope }) })
  return send(
    new Request(`${emulator.url}/me/v1/connected-accounts${path}`, {
      method: sent.method ?? (body === undefined ? 'GET' : 'POST'),
      headers: {
        authorization: `Bearer ${token}`,
        ...(body !== undefined && { 'content-type': 'application/json' }),
        ...headers,
      },
      ...(body !== undefined && { body: JSON.stringify(body) }),
    }),
  )
}

/** Sends a request whose answer is to be one that the document has, of this status. */
async function expectStatus(run: Run, id: OperationId, status: number, change: Partial<Sent> = {}) {
  const response = await call(run, { ...requests[id], ...change })
  run.equal(response.status, status)
  await run.checker.check(id, response)
  return response
}

async function expectFault(run: Run, id: OperationId, status: number): Promise<void> {
  run.emulator.failNext(id, { status })
  const response = await call(run, requests[id])
  run.equal(response.status, status)
  await run.checker.check(id, response, 'fault')
}

async function connectAccount(run: Run): Promise<void> {
  const started = await expectStatus(run, 'createConnectedAccountRequest', 201)
  const { auth_session, connect_uri, connect_params } = await started.json()
  const callback = await run.emulator.consent(`${connect_uri}?ticket=${connect_params.ticket}`)
  const connect_code = new URLSearchParams(callback.hash.slice(1)).get('connect_code')
  const body = { ...completion, auth_session, connect_code }
  const completed = await expectStatus(run, 'completeConnectedAccountRequest', 201, { body })
  const { id } = await completed.json()
  const listed = await expectStatus(run, 'getConnectedAccounts', 200)
  const { accounts } = await listed.json()
  run.equal(
    accounts.map((account: { id: string }) => account.id),
    [id],
  )
  await expectStatus(run, 'deleteConnectedAccount', 204, { path: `/accounts/${id}` })
  run.equal(await (await call(run, requests.getConnectedAccounts)).json(), { accounts: [] })
}

async function proveWithOldNonce(run: Run): Promise<void> {
  const { emulator, send, checker, equal } = run
  const keyPair = await generateKeyPair('ES256')
  const jkt = await calculateThumbprint(keyPair.publicKey)
  const token = await emulator.issueAccessToken({ user_id: 'auth0|alice', jkt })
  const url = `${emulator.url}/me/v1/connected-accounts/accounts`
  const get = async (dpop: string) =>
    send(new Request(url, { headers: { authorization: `DPoP ${token}`, dpop } }))
  const prove = (nonce?: string) => generateProof(keyPair, url, 'GET', nonce, token)
  const bad = await get('no proof')
  equal(bad.status, 400)
  await checker.check('getConnectedAccounts', bad)
  const challenged = await get(await prove())
  equal(challenged.status, 401)
  const nonce = challenged.headers.get('dpop-nonce') ?? ''
  equal((await get(await prove(nonce))).status, 200)
  emulator.reset()
  const stale = await get(await prove(nonce))
  equal(stale.status, 401)
  await checker.check('getConnectedAccounts', stale)
}

const form = { 'content-type': 'application/x-www-form-urlencoded' }
const unknown = { ...start, connection: 'unknown' }

/** The cases that every shell must pass as `my-account.yaml` says. The last two check what was reached. */
export const myAccountCases: Case[] = [
  ['an account is connected, listed and deleted', connectAccount],
  [
    'the connections of the client are listed',
    async (run) => void (await expectStatus(run, 'getConnectedAccountsConnections', 200)),
  ],
  ...ids.map(
    (id): Case => [
      `${id} 401: no access token`,
      async (run) => void (await expectStatus(run, id, 401, { headers: { authorization: '' } })),
    ],
  ),
  ...ids.map(
    (id): Case => [
      `${id} 403: the scope is another`,
      async (run) => {
        const scope = id.startsWith('get') ? 'delete' : 'read'
        await expectStatus(run, id, 403, { scope: `${scope}:me:connected_accounts` })
      },
    ],
  ),
  ...withBody.map(
    (id): Case => [
      `${id} 415: the body is a form`,
      async (run) => void (await expectStatus(run, id, 415, { headers: form })),
    ],
  ),
  ...withBody.map(
    (id): Case => [
      `${id} 400: the body lacks its fields`,
      async (run) => void (await expectStatus(run, id, 400, { body: {} })),
    ],
  ),
  ...Object.entries({
    getConnectedAccounts: '/accounts?take=0',
    getConnectedAccountsConnections: '/connections?from=garbage',
    deleteConnectedAccount: '/accounts/12',
  }).map(
    ([id, path]): Case => [
      `${id} 400: ${path}`,
      async (run) => void (await expectStatus(run, id as OperationId, 400, { path })), // a key of the object above
    ],
  ),
  ['getConnectedAccounts 400 and 401: no proof, and one with an old nonce', proveWithOldNonce],
  [
    'createConnectedAccountRequest 404: the connection is unknown',
    async (run) =>
      void (await expectStatus(run, 'createConnectedAccountRequest', 404, { body: unknown })),
  ],
  [
    'completeConnectedAccountRequest 404: the session is unknown',
    async (run) => void (await expectStatus(run, 'completeConnectedAccountRequest', 404)),
  ],
  [
    'deleteConnectedAccount 404: the account is unknown',
    async (run) => void (await expectStatus(run, 'deleteConnectedAccount', 404)),
  ],
  ...ids.map((id): Case => [`${id} 429, by the fault switch`, (run) => expectFault(run, id, 429)]),
  [
    'completeConnectedAccountRequest 409, by the fault switch',
    (run) => expectFault(run, 'completeConnectedAccountRequest', 409),
  ],
  [
    'every status of every operation was reached',
    async ({ checker, equal }) => equal(checker.unreached(), []),
  ],
  [
    'only these were reached by the fault switch',
    async ({ checker, equal }) =>
      equal(checker.reachedByFaultOnly().sort(), [
        'completeConnectedAccountRequest 409',
        'completeConnectedAccountRequest 429',
        'createConnectedAccountRequest 429',
        'deleteConnectedAccount 429',
        'getConnectedAccounts 429',
        'getConnectedAccountsConnections 429',
      ]),
  ],
]
