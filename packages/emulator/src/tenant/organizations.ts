import type { Organization, Tenant } from './tenant.js'

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
