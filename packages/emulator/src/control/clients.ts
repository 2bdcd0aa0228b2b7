import type { Tenancy } from '../context/context.js'
import type { Client } from '../tenant/tenant.js'

/**
 * The client IDs and secrets to configure your application with: the tenant's first client of each kind. Reading a kind that the
 * tenant does not have throws a `TypeError`.
 */
export interface EmulatorClients {
  /** A single-page application: a public client that uses PKCE. */
  readonly spa: { clientId: string }
  /** A web application on a server. */
  readonly web: { clientId: string; clientSecret: string }
  /** An API that exchanges the access tokens it receives. `audience` is its identifier. */
  readonly api: { clientId: string; clientSecret: string; audience: string }
  /** A program that manages the tenant. `audience` is the Management API. */
  readonly management: { clientId: string; clientSecret: string; audience: string }
}

/** Returns the first client of each kind. */
export function emulatorClients({
  tenant: { clients },
  managementAudience,
}: Pick<Tenancy, 'tenant' | 'managementAudience'>): EmulatorClients {
  const find = (appType: Client['app_type']): Client => {
    const client = clients.find(({ app_type }) => app_type === appType)
    if (!client)
      throw new TypeError(`tenant/clients must have a client with the app_type ${appType}`)
    return client
  }
  const credentials = ({ client_id, client_secret = '' }: Client) => ({
    clientId: client_id,
    clientSecret: client_secret,
  })
  return {
    get spa() {
      return { clientId: find('spa').client_id }
    },
    get web() {
      return credentials(find('regular_web'))
    },
    get api() {
      const client = find('resource_server')
      return { ...credentials(client), audience: client.resource_server_identifier ?? '' }
    },
    get management() {
      return { ...credentials(find('non_interactive')), audience: managementAudience }
    },
  }
}
