import type { Tenancy } from '../context/context.js'
import type { components } from '../generated/management.js'
import document from '../generated/management.json' with { type: 'json' }
import type { Call, Handler } from '../resource-server/operation.js'
import { authMethodOf, type Client } from '../tenant/tenant.js'
import { invalidRequest, managementError } from './error.js'

type Schemas = components['schemas']

/** The fields that an update can change. */
const changeable = Object.keys(document.components.schemas.UpdateClientRequest.properties)

/** The settings that `refresh_token: null` restores. */
const defaultRefreshToken: Client['refresh_token'] = {
  rotation_type: 'non-rotating',
  expiration_type: 'non-expiring',
  policies: [],
}

/** Creates the operations on clients. */
export function clientHandlers({
  tenant,
  credentialFlaw,
}: Pick<Tenancy, 'tenant' | 'credentialFlaw'>): Record<'getClient' | 'updateClient', Handler> {
  const find = ({ path }: Call) => tenant.clients.find(({ client_id }) => client_id === path.id)
  const missing = () => managementError(404, 'The client does not exist')
  return {
    getClient(call) {
      const client = find(call)
      return client ? Response.json(clientBody(client)) : missing()
    },
    updateClient(call) {
      const client = find(call)
      const change = call.body as Schemas['UpdateClientRequest'] // fits the contract
      return client ? update(client, change, credentialFlaw) : missing()
    },
  }
}

function clientBody(client: Client): Schemas['Client'] {
  const { client_secret: _, credentials: _keys, refresh_token, ...fields } = client
  const method = authMethodOf(client)
  const { policies, ...settings } = refresh_token
  return {
    is_first_party: true,
    oidc_conformant: true,
    ...fields,
    token_endpoint_auth_method: method === 'private_key_jwt' ? null : method,
    refresh_token: { ...settings, ...(policies.length > 0 && { policies }) },
  }
}

function update(
  client: Client,
  change: Schemas['UpdateClientRequest'],
  credentialFlaw: Tenancy['credentialFlaw'],
): Response {
  const method = change.token_endpoint_auth_method ?? 'none'
  if (method !== 'none' && client.client_secret === undefined) {
    return invalidRequest({
      detail: 'The client has no secret',
      field: 'token_endpoint_auth_method',
    })
  }
  const { refresh_token, ...fields } = change
  const known = Object.entries(fields).filter(([name]) => changeable.includes(name))
  const credentialsFlaw = credentialFlaw({ ...client, ...Object.fromEntries(known) })
  if (credentialsFlaw) return invalidRequest(credentialsFlaw)
  Object.assign(client, Object.fromEntries(known))
  if (refresh_token !== undefined) client.refresh_token = settingsOf(refresh_token)
  return Response.json(clientBody(client))
}

function settingsOf(settings: Schemas['RefreshTokenSettings'] | null): Client['refresh_token'] {
  return settings
    ? { ...settings, policies: settings.policies ?? [] }
    : structuredClone(defaultRefreshToken)
}
