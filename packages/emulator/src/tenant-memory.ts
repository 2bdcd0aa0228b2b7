import type { Tenant } from './tenant.js'

/** Remembers what the Management API may change of a tenant. What it answers with puts that back in place: the objects stay the same ones. */
export function rememberTenant(tenant: Tenant): () => void {
  const { clients, connections } = structuredClone(tenant)
  return () => {
    putBack(tenant.clients, clients)
    putBack(tenant.connections, connections)
  }
}

function putBack(items: object[], remembered: readonly object[]): void {
  for (const [index, item] of items.entries()) {
    for (const name of Object.keys(item)) Reflect.deleteProperty(item, name)
    Object.assign(item, structuredClone(remembered[index]))
  }
}
