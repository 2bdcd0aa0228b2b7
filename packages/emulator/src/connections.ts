import type { Connection, Tenant } from './tenant.js'

/** The connection of the users with a password, which has a form on the login page instead of a third party. */
export const DATABASE = 'Username-Password-Authentication'

/** What a connection may be for: to log in, or to connect accounts. */
export type Purpose = 'authentication' | 'connected_accounts'

/** The connections of third parties that serve a purpose and are enabled for the client. */
export function connectionsFor(
  { connections }: Tenant,
  purpose: Purpose,
  clientId: string,
): Connection[] {
  return connections.filter(
    ({ [purpose]: setting, enabled_clients }) =>
      // A connection is one for logins unless it says otherwise.
      (setting?.active ?? true) && (enabled_clients?.includes(clientId) ?? true),
  )
}

const enterprise = ['oidc', 'okta', 'waad', 'google-apps', 'pingfederate']

/** Whether a connection is to a company's own login, rather than to one that everybody has. */
export function isEnterprise({ strategy }: Connection): boolean {
  return enterprise.includes(strategy)
}
