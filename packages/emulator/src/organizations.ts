import type { Organization, Tenant } from './tenant.js'

/** The organization that a request names by its id, or by its name as a tenant may allow. */
export function findOrganization(
  { organizations }: Pick<Tenant, 'organizations'>,
  idOrName: unknown,
): Organization | undefined {
  return organizations.find(({ id, name }) => id === idOrName || name === idOrName)
}

/** Whether members of the organization log in with this connection; without an organization everybody does. */
export function logsInWith(organization: Organization | undefined, connection: string): boolean {
  return organization?.connections?.includes(connection) ?? true
}
