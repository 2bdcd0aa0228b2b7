import { expect, test } from 'vitest'
import {
  type ConnectedAccountsClient,
  checkConnections,
  completeConnect,
  deleteConnectedAccount,
  iterateConnectedAccounts,
  iterateConnections,
  listConnectedAccounts,
  listConnections,
  startConnect,
} from '../src/index.js'
import { exchangeConnectionToken } from '../src/tokens/token-vault.js'
import { comeBack, lost, redirectUri } from './flows.js'
import { collect, createClient, rejection } from './observed-client.js'

type Send = (request: Request) => Promise<Response>
type Act = (parts: {
  client: ConnectedAccountsClient
  signal: AbortSignal
  fetch: Send
}) => Promise<unknown>

/** A `fetch` of a server that hangs: it tells when a request has arrived, and rejects at an abort. */
function hanging() {
  let asked = () => {}
  const arrived = new Promise<void>((resolve) => {
    asked = resolve
  })
  const fetch: Send = ({ signal }) =>
    new Promise((_, reject) => {
      signal.addEventListener('abort', () => reject(signal.reason))
      asked()
    })
  return { fetch, arrived }
}

const exchange = {
  domain: 'tenant.example.test',
  clientId: 'api',
  clientAuth: { clientSecret: 'secret' },
  subjectToken: 'subject',
  subjectTokenType: 'access_token',
  connection: 'github',
} as const

test.for<[string, Act]>([
  ['listConnectedAccounts', ({ client, signal }) => listConnectedAccounts(client, { signal })],
  [
    'iterateConnectedAccounts',
    ({ client, signal }) => collect(iterateConnectedAccounts(client, { signal })),
  ],
  ['listConnections', ({ client, signal }) => listConnections(client, { signal })],
  ['iterateConnections', ({ client, signal }) => collect(iterateConnections(client, { signal }))],
  ['checkConnections', ({ client, signal }) => checkConnections(client, {}, { signal })],
  [
    'deleteConnectedAccount',
    ({ client, signal }) => deleteConnectedAccount(client, 'cac_1', { signal }),
  ],
  [
    'startConnect',
    async ({ client, signal }) => {
      const { transactions } = await comeBack()
      return startConnect(client, { connection: 'github', redirectUri, transactions, signal })
    },
  ],
  [
    'completeConnect',
    async ({ client, signal }) => {
      const { callbackUrl, transactions } = await comeBack()
      return completeConnect(client, { callbackUrl, transactions, signal })
    },
  ],
  [
    'completeConnect, at the list after an answer that was lost',
    async ({ client, signal }) => {
      const { callbackUrl, transactions, state, complete } = await comeBack({ accounts: [] })
      await rejection(complete(lost).done)
      const kept = await transactions.get(state)
      if (kept) await transactions.set(state, { ...kept, expiresAt: Date.now() }, kept)
      return completeConnect(client, { callbackUrl, transactions, signal })
    },
  ],
  ['client.GET', ({ client, signal }) => client.GET('/connected-accounts/accounts', { signal })],
  [
    'exchangeConnectionToken',
    ({ signal, fetch }) => exchangeConnectionToken({ ...exchange, signal, fetch }),
  ],
])('an abort ends %s while it waits for an answer', async ([, act]) => {
  const { fetch, arrived } = hanging()
  const controller = new AbortController()
  const ended = rejection(
    act({ client: createClient({ fetch }), signal: controller.signal, fetch }),
  )
  await arrived
  const reason = new Error('enough')
  controller.abort(reason)
  expect(await ended).toBe(reason)
})
