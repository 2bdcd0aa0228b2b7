import type { Adapter, ClientMetadata } from 'oidc-provider'
import { credentialsOf, publicJwkOf } from '../tenant/client-credentials.js'
import {
  authMethodOf,
  type Client,
  MFA_OTP_GRANT,
  type Tenant,
  TOKEN_VAULT_GRANT,
} from '../tenant/tenant.js'

const grants = [
  'authorization_code',
  'refresh_token',
  'client_credentials',
  MFA_OTP_GRANT,
  TOKEN_VAULT_GRANT,
]

/** Returns an adapter with the tenant's current clients. The clients of oidc-provider's own configuration could not change. */
export function clientsOf(tenant: Tenant): Adapter {
  const nothing = async () => undefined
  return {
    async find(id) {
      const client = tenant.clients.find(({ client_id }) => client_id === id)
      return client && metadataOf(client)
    },
    findByUid: nothing,
    findByUserCode: nothing,
    upsert: nothing,
    consume: nothing,
    destroy: nothing,
    revokeByGrantId: nothing,
  }
}

function metadataOf(client: Client): ClientMetadata {
  const logsIn = client.grant_types.includes('authorization_code')
  const method = authMethodOf(client)
  const keys = client.client_authentication_methods?.private_key_jwt.credentials
  return {
    client_id: client.client_id,
    ...(method.startsWith('client_secret') && { client_secret: client.client_secret }),
    ...(method === 'private_key_jwt' && {
      jwks: { keys: credentialsOf(client, keys).map(publicJwkOf) },
    }),
    client_name: client.name,
    token_endpoint_auth_method: method,
    // The tenant can have other grants of Auth0, but oidc-provider would refuse them.
    grant_types: client.grant_types.filter((grant) => grants.includes(grant)),
    response_types: logsIn ? ['code'] : [],
    // Only to satisfy oidc-provider's schema. The tenant's `callbacks` decide which URLs are allowed.
    redirect_uris: logsIn ? ['http://localhost/'] : [],
    application_type: 'native',
    dpop_bound_access_tokens: client.require_proof_of_possession ?? false,
  }
}
