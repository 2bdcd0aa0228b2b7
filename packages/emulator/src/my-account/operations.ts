import { type ConnectSession, SESSION_LIFETIME, type Store } from '../connect/sessions.js'
import type { Context } from '../context/context.js'
import type { components } from '../generated/my-account.js'
import { isSameSecret, sha256 } from '../memory/random.js'
import type { ValidationError } from '../resource-server/contract.js'
import type { Call, Handler } from '../resource-server/operation.js'
import { pageOf } from '../resource-server/paging.js'
import { isAllowedCallback } from '../tenant/clients.js'
import { connectionsFor } from '../tenant/connections.js'
import type { ProviderGrant } from '../upstream/client.js'
import type { VaultEntry } from '../vault/connected-accounts.js'
import type { OperationId } from './contract.js'
import { problem } from './problem.js'
import { flawInConnect, flawInTake, invalid } from './strictness.js'

type Schemas = components['schemas']

/** Creates the five operations of the My Account API. */
export function createHandlers(context: Context, store: Store): Record<OperationId, Handler> {
  return {
    createConnectedAccountRequest: (call) => connect(context, store, call),
    completeConnectedAccountRequest: (call) => complete(context, store, call),
    getConnectedAccounts: (call) => listAccounts(context, store, call),
    getConnectedAccountsConnections: (call) => listConnections(context, store, call),
    deleteConnectedAccount: (call) => deleteAccount(context, store, call),
  }
}

function connect(context: Context, store: Store, call: Call): Response {
  const request = call.body as Schemas['CreateConnectedAccountRequest'] // fits the contract
  call.trace.connection = request.connection
  const flaw = flawInConnect(context, request)
  if (flaw) return invalid(flaw)
  const { userId, clientId, orgId, device } = call.token
  const client = context.tenant.clients.find(({ client_id }) => client_id === clientId)
  if (!isAllowedCallback(client, request.redirect_uri)) {
    return problem(
      'bad_request',
      'The redirect_uri is not an allowed callback URL of the application',
    )
  }
  const connection = connectionsFor(context.tenant, 'connected_accounts', clientId).find(
    ({ name }) => name === request.connection,
  )
  if (!connection) return problem('not_found', 'The connection was not found')
  const { session, ticket } = store.open({ userId, clientId, orgId, device, connection, request })
  const answer: Schemas['CreateConnectedAccountResponse'] = {
    auth_session: session.id,
    connect_uri: context.url + context.switches.get().connectPath,
    connect_params: { ticket },
    expires_in: SESSION_LIFETIME,
  }
  return Response.json(answer, { status: 201 })
}

async function complete(context: Context, store: Store, call: Call): Promise<Response> {
  const request = call.body as Schemas['CompleteConnectedAccountRequest'] // fits the contract
  const session = store.sessions.get(request.auth_session)
  if (!session || !isOwn(context, session, call)) {
    return problem('not_found', 'Invalid or expired session')
  }
  call.trace.connection = session.connection.name
  if (context.switches.get().connectCode === 'expired') delete session.outcome
  const flaw = await flawOf(session, request)
  if (flaw) return problem('bad_request', flaw)
  // Reads it again after the await, so that only one of two simultaneous completions finds the code.
  const grant = session.outcome?.grant
  if (!grant) return problem('bad_request', 'Invalid connect_code')
  delete session.outcome
  const { userId } = call.token
  const connection = session.connection.name
  const conflict = conflictOf(context, store.accounts.list(userId), { connection, grant })
  if (conflict) return problem('conflict', conflict)
  const { item } = store.accounts.connect(session, connection, grant)
  call.trace.account = { id: item.id, idp_user_id: grant.subject }
  const { org_id: _, ...account } = item
  const { scopes: _scopes, ...others } = account
  const { completeScopes, completeStatus } = context.switches.get()
  const answer: Schemas['CompleteConnectedAccountResponse'] =
    completeScopes === 'sent' ? account : others
  return Response.json(answer, { status: Number(completeStatus) })
}

function isOwn({ switches }: Context, session: ConnectSession, { token }: Call): boolean {
  const isSame = session.userId === token.userId && session.clientId === token.clientId
  return isSame && (switches.get().device === 'any' || session.device === token.device)
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

// RFC 7636 §4.6. A verifier without a challenge is a sign of a downgrade attack (RFC 9700 §4.8.2).
async function isVerified(
  challenge: string | undefined,
  verifier: string | undefined,
): Promise<boolean> {
  if (challenge === undefined || verifier === undefined) return challenge === verifier
  return isSameSecret(await sha256(verifier), challenge)
}

function deleteAccount({ switches }: Context, { accounts }: Store, call: Call): Response {
  const { token, trace, path } = call
  const { id = '' } = path
  const entry = accounts.list(token.userId).find(({ item }) => item.id === id)
  trace.account = { id, ...(entry && { idp_user_id: entry.grant.subject }) }
  if (entry) trace.connection = entry.item.connection
  const isDone = accounts.delete(token.userId, id) || switches.get().unknownAccount === '204'
  return isDone
    ? new Response(null, { status: 204 })
    : problem('not_found', 'The connected account was not found')
}

function conflictOf(
  { switches }: Context,
  entries: VaultEntry[],
  { connection, grant }: { connection: string; grant: ProviderGrant },
): string | undefined {
  const { sameAccount, secondAccount } = switches.get()
  const known = entries.filter(({ item }) => item.connection === connection)
  const isKnown = known.some(({ grant: { subject } }) => subject === grant.subject)
  if (isKnown && sameAccount === 'refused') return 'The account is already connected'
  if (known.length === 0 || isKnown || secondAccount === 'added') return undefined
  return 'Another account of the connection is already connected'
}

function listAccounts(context: Context, store: Store, { token, query }: Call): Response {
  const flaw = flawInTake(context, query)
  if (flaw) return invalid(flaw)
  const wanted = query.getAll('connection')
  const isOfAny = context.switches.get().accountList === 'all'
  const entries = store.accounts
    .list(token.userId)
    .filter(({ item }) => wanted.length === 0 || wanted.includes(item.connection))
    .filter(({ item }) => isOfAny || item.org_id === token.orgId)
  const page = pageOf(entries, { name: 'accounts', query })
  if (!page) return invalid(badCursor)
  const { items: accounts, next } = page
  const answer: Schemas['ListConnectedAccountsResponse'] = { accounts, ...(next && { next }) }
  return Response.json(answer)
}

function listConnections(context: Context, store: Store, call: Call): Response {
  const flaw = flawInTake(context, call.query)
  if (flaw) return invalid(flaw)
  const linked = store.accounts.list(call.token.userId).map(({ item }) => item.connection)
  const isOfAny = context.switches.get().connectionList === 'available'
  const list = connectionsFor(context.tenant, 'connected_accounts', call.token.clientId)
    .filter(({ name }) => isOfAny || linked.includes(name))
    .map(({ name, strategy, scopes }, position) => ({ position, item: { name, strategy, scopes } }))
  const page = pageOf(list, { name: 'connections', query: call.query })
  if (!page) return invalid(badCursor)
  const { items: connections, next } = page
  const answer: Schemas['ListConnectionsResponse'] = { connections, ...(next && { next }) }
  return Response.json(answer)
}

const badCursor: ValidationError = {
  detail: 'from must be the next of an earlier page',
  field: 'from',
  source: 'query',
}
