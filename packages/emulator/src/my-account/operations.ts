import { isAllowedCallback } from '../callbacks.js'
import { connectionsFor } from '../connections.js'
import type { Context } from '../context.js'
import type { components } from '../generated/my-account.js'
import type { Call, Handler } from '../operation-answer.js'
import { pageOf } from '../paging.js'
import { problem } from '../problem.js'
import { isSameSecret, sha256 } from '../secrets.js'
import { type ConnectSession, SESSION_LIFETIME, type Store } from '../store.js'
import type { OperationId } from './contract.js'

type Schemas = components['schemas']

/** The five operations of the My Account API. */
export function createHandlers(context: Context, store: Store): Record<OperationId, Handler> {
  return {
    createConnectedAccountRequest: (call) => connect(context, store, call),
    completeConnectedAccountRequest: (call) => complete(context, store, call),
    getConnectedAccounts: (call) => listAccounts(store, call),
    getConnectedAccountsConnections: (call) => listConnections(context, call),
    deleteConnectedAccount: ({ userId, path }) =>
      store.accounts.delete(userId, path.id ?? '')
        ? new Response(null, { status: 204 })
        : problem('not_found', 'The connected account was not found'),
  }
}

function connect(context: Context, store: Store, call: Call): Response {
  const request = call.body as Schemas['CreateConnectedAccountRequest'] // fits the contract
  const client = context.tenant.clients.find(({ client_id }) => client_id === call.clientId)
  if (!isAllowedCallback(client, request.redirect_uri)) {
    return problem(
      'bad_request',
      'The redirect_uri is not an allowed callback URL of the application',
    )
  }
  const connection = connectionsFor(context.tenant, 'connected_accounts', call.clientId).find(
    ({ name }) => name === request.connection,
  )
  if (!connection) return problem('not_found', 'The connection was not found')
  const { userId, clientId } = call
  const { session, ticket } = store.open({ userId, clientId, connection, request })
  const answer: Schemas['CreateConnectedAccountResponse'] = {
    auth_session: session.id,
    connect_uri: `${context.url}/connect`,
    connect_params: { ticket },
    expires_in: SESSION_LIFETIME,
  }
  return Response.json(answer, { status: 201 })
}

async function complete(context: Context, store: Store, call: Call): Promise<Response> {
  const request = call.body as Schemas['CompleteConnectedAccountRequest'] // fits the contract
  const session = store.sessions.get(request.auth_session)
  if (session?.userId !== call.userId || session.clientId !== call.clientId) {
    return problem('not_found', 'Invalid or expired session')
  }
  if (context.switches.get().connectCode === 'expired') delete session.outcome
  const flaw = await flawOf(session, request)
  if (flaw) return problem('bad_request', flaw)
  // Read again behind the await: of two completions at once only one finds the code.
  const grant = session.outcome?.grant
  if (!grant) return problem('bad_request', 'Invalid connect_code')
  delete session.outcome
  const { item } = store.accounts.connect(call.userId, session.connection.name, grant)
  const answer: Schemas['CompleteConnectedAccountResponse'] = item
  return Response.json(answer, { status: 201 })
}

async function flawOf(
  { outcome, request: started }: ConnectSession,
  request: Schemas['CompleteConnectedAccountRequest'],
): Promise<string | undefined> {
  if (!outcome || !isSameSecret(request.connect_code, outcome.connectCode))
    return 'Invalid connect_code'
  if (request.redirect_uri !== started.redirect_uri) {
    return 'The redirect_uri does not match the one of the connect request'
  }
  const verified = await isVerified(started.code_challenge, request.code_verifier)
  return verified ? undefined : 'Invalid code_verifier'
}

// RFC 7636 §4.6; a verifier where there was no challenge is the sign of a downgrade (RFC 9700 §4.8.2).
async function isVerified(
  challenge: string | undefined,
  verifier: string | undefined,
): Promise<boolean> {
  if (challenge === undefined || verifier === undefined) return challenge === verifier
  return isSameSecret(await sha256(verifier), challenge)
}

function listAccounts(store: Store, { userId, query }: Call): Response {
  const wanted = query.getAll('connection')
  const entries = store.accounts
    .list(userId)
    .filter(({ item }) => wanted.length === 0 || wanted.includes(item.connection))
  const page = pageOf(entries, { name: 'accounts', query })
  if (!page) return badCursor()
  const { items: accounts, next } = page
  const answer: Schemas['ListConnectedAccountsResponse'] = { accounts, ...(next && { next }) }
  return Response.json(answer)
}

function listConnections(context: Context, call: Call): Response {
  const list = connectionsFor(context.tenant, 'connected_accounts', call.clientId).map(
    ({ name, strategy, scopes }, position) => ({
      position,
      item: { name, strategy, scopes },
    }),
  )
  const page = pageOf(list, { name: 'connections', query: call.query })
  if (!page) return badCursor()
  const { items: connections, next } = page
  const answer: Schemas['ListConnectionsResponse'] = { connections, ...(next && { next }) }
  return Response.json(answer)
}

function badCursor(): Response {
  return problem('validation', 'Invalid request query input', {
    validationErrors: [
      { detail: 'from must be the next of a page before', field: 'from', source: 'query' },
    ],
  })
}
