import { readTenant } from '../tenant/read-tenant.js'
import type { Tenant } from '../tenant/tenant.js'
import type { Context } from './context.js'
import { runningTenant } from './domains.js'

/** The configuration of the running tenant. */
export interface TenantMemory {
  /** Returns a copy of the tenant. Its audiences have the canonical domain in place of `{domain}`. */
  get(): Tenant
  /**
   * Replaces each list that you pass. The next request uses the new lists.
   *
   * @throws {TypeError} if a list is wrong; then nothing changes. The message names the field.
   *
   * @example
   * ```ts
   * const { users } = emulator.tenant.get()
   * emulator.tenant.set({ users: users.slice(0, 1) })
   * ```
   */
  set(change: Partial<Tenant>): void
  /** Restores the tenant that the emulator started with. */
  reset(): void
}

/** Remembers the tenant as it is now, and changes it in place. The Management API changes clients and connections of the same object. */
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

// Restores the objects' properties but keeps the objects themselves, because other parts hold references to them.
function putBack(items: object[], remembered: readonly object[]): void {
  for (const [index, item] of items.entries()) {
    for (const name of Object.keys(item)) Reflect.deleteProperty(item, name)
    Object.assign(item, structuredClone(remembered[index]))
  }
}
