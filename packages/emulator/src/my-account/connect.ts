import { SESSION_LIFETIME, type Store } from '../connect/sessions.js'
import type { Context, Lab } from '../context/context.js'
import type { components } from '../generated/my-account.js'
import type { ValidationError } from '../resource-server/contract.js'
import type { Call } from '../resource-server/operation.js'
import { isAllowedCallback } from '../tenant/clients.js'
import { connectionsFor } from '../tenant/connections.js'
import { problem, validationProblem } from './problem.js'

type Schemas = components['schemas']

/** Starts a connect flow: opens a session and returns the link with its ticket. */
export function connect(context: Context, store: Store, call: Call): Response {
  const request = call.body as Schemas['CreateConnectedAccountRequest'] // fits the contract
  call.trace.connection = request.connection
  const flaw = flawInConnect(context, request)
  if (flaw) return validationProblem([flaw])
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

// The switches `connectState` and `accessType` decide.
function flawInConnect(
  { switches }: Lab,
  request: Schemas['CreateConnectedAccountRequest'],
): ValidationError | undefined {
  const { connectState, accessType } = switches.get()
  const source = 'body'
  if (connectState === 'required' && request.state === undefined) {
    return {
      detail: "data must have required property 'state'",
      field: 'state',
      pointer: '',
      source,
    }
  }
  if (accessType === 'accepted' || request.authorization_params?.access_type === undefined) return
  const pointer = '/authorization_params'
  const detail = `data${pointer} must NOT have additional properties`
  return { detail, field: 'access_type', pointer, source }
}
