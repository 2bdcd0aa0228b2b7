import type { Context } from './context.js'
import { runningTenant } from './domains.js'
import type { Tenant } from './tenant.js'
import { readTenant } from './tenant-options.js'

/** What is configured about the tenant while it runs. */
export interface TenantMemory {
  /** A copy, with the audiences of the canonical domain in place. */
  get(): Tenant
  /**
   * Puts each list that is named in the place of the running one, from the next request on. Throws a `TypeError` that names the
   * field that is wrong, and changes nothing then.
   */
  set(change: Partial<Tenant>): void
  /** Puts everything back as it was at the start. */
  reset(): void
}

/** Changes the running tenant in its place, and remembers how it was. The Management API changes its clients and connections, too. */
export function createTenantMemory({ tenant, url, credentialFlaw }: Context): TenantMemory {
  const lists = { ...tenant }
  const { clients, connections } = structuredClone(tenant)
  return {
    get: () => structuredClone(tenant),
    set(change) {
      const read = readTenant(change, { rest: tenant, credentialFlaw })
      if (change.custom_domains) {
        throw new TypeError('tenant/custom_domains cannot change while the emulator runs')
      }
      const next = Object.entries(runningTenant(read, url))
      Object.assign(tenant, Object.fromEntries(next.filter(([name]) => name in change)))
    },
    reset() {
      for (const name of Object.keys(tenant)) Reflect.deleteProperty(tenant, name)
      Object.assign(tenant, lists)
      putBack(tenant.clients, clients)
      putBack(tenant.connections, connections)
    },
  }
}

// The objects stay the same ones.
function putBack(items: object[], remembered: readonly object[]): void {
  for (const [index, item] of items.entries()) {
    for (const name of Object.keys(item)) Reflect.deleteProperty(item, name)
    Object.assign(item, structuredClone(remembered[index]))
  }
}
