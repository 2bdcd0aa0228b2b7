import type { Connection, Organization, Tenant } from './tenant.js'

/** The name of the database connection, whose users have a password. It has a form on the login page and no third party. */
export const DATABASE = 'Username-Password-Authentication'

/** What a connection is used for: to log in, or to connect accounts. */
export type Purpose = 'authentication' | 'connected_accounts'

/** Returns the connections to third parties that have a purpose and are enabled for the client. */
export function connectionsFor(
  { connections }: Tenant,
  purpose: Purpose,
  clientId: string,
): Connection[] {
  return connections.filter(
    ({ [purpose]: setting, enabled_clients }) =>
      // Users can log in with a connection by default.
      (setting?.active ?? true) && (enabled_clients?.includes(clientId) ?? true),
  )
}

const enterprise = ['oidc', 'okta', 'waad', 'google-apps', 'pingfederate']

/** Returns whether a connection leads to a company's identity provider and not to a public one such as Google. */
export function isEnterprise({ strategy }: Connection): boolean {
  return enterprise.includes(strategy)
}

/** Finds the organization that a request names by its ID or by its name; a real tenant accepts names only if a setting allows it. */
export function findOrganization(
  { organizations }: Pick<Tenant, 'organizations'>,
  idOrName: unknown,
): Organization | undefined {
  return organizations.find(({ id, name }) => id === idOrName || name === idOrName)
}

/** Returns whether members of the organization can log in with this connection. True without an organization. */
export function logsInWith(organization: Organization | undefined, connection: string): boolean {
  return organization?.connections?.includes(connection) ?? true
}
