import type { Store } from '../connect/sessions.js'
import type { Context, Lab } from '../context/context.js'
import type { components } from '../generated/my-account.js'
import type { ValidationError } from '../resource-server/contract.js'
import type { Call } from '../resource-server/operation.js'
import { pageOf } from '../resource-server/paging.js'
import { connectionsFor } from '../tenant/connections.js'
import { problem, validationProblem } from './problem.js'

type Schemas = components['schemas']

/** Returns a page of the user's connected accounts. */
export function listAccounts(context: Lab, store: Store, { token, query }: Call): Response {
  const flaw = flawInTake(context, query)
  if (flaw) return validationProblem([flaw])
  const wanted = query.getAll('connection')
  const isOfAny = context.switches.get().accountList === 'all'
  const entries = store.accounts
    .list(token.userId)
    .filter(({ item }) => wanted.length === 0 || wanted.includes(item.connection))
    .filter(({ item }) => isOfAny || item.org_id === token.orgId)
  const page = pageOf(entries, { name: 'accounts', query })
  if (!page) return validationProblem([badCursor])
  const { items: accounts, next } = page
  const answer: Schemas['ListConnectedAccountsResponse'] = { accounts, ...(next && { next }) }
  return Response.json(answer)
}

/** Returns a page of the connections that the user can connect accounts of. */
export function listConnections(context: Context, store: Store, call: Call): Response {
  const flaw = flawInTake(context, call.query)
  if (flaw) return validationProblem([flaw])
  const linked = store.accounts.list(call.token.userId).map(({ item }) => item.connection)
  const isOfAny = context.switches.get().connectionList === 'available'
  const list = connectionsFor(context.tenant, 'connected_accounts', call.token.clientId)
    .filter(({ name }) => isOfAny || linked.includes(name))
    .map(({ name, strategy, scopes }, position) => ({ position, item: { name, strategy, scopes } }))
  const page = pageOf(list, { name: 'connections', query: call.query })
  if (!page) return validationProblem([badCursor])
  const { items: connections, next } = page
  const answer: Schemas['ListConnectionsResponse'] = { connections, ...(next && { next }) }
  return Response.json(answer)
}

const badCursor: ValidationError = {
  detail: 'from must be the next of an earlier page',
  field: 'from',
  source: 'query',
}

/** Deletes a connected account of the user. */
export function deleteAccount({ switches }: Lab, { accounts }: Store, call: Call): Response {
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

// More than 20 is wrong if the switch `largeTake` refuses it.
function flawInTake({ switches }: Lab, query: URLSearchParams): ValidationError | undefined {
  if (switches.get().largeTake === 'capped' || Number(query.get('take')) <= 20) return
  return { detail: 'take must be <= 20', field: 'take', source: 'query' }
}
