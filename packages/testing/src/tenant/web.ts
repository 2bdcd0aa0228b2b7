/** The part of a tenant's configuration that has its clients. */
interface TenantWithClients {
  clients: { client_id: string }[]
}

/**
 * Changes the client `web` of a tenant.
 *
 * @param tenant A configuration of the test's own, such as `defaultTenant()`.
 * @returns The same tenant.
 */
export function tenantWithWeb<T extends TenantWithClients>(
  tenant: T,
  change: (web: T['clients'][number]) => void,
): T {
  for (const client of tenant.clients) if (client.client_id === 'web') change(client)
  return tenant
}
