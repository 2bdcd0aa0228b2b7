import { type CredentialCheck, readTenant } from '../tenant/read-tenant.js'
import {
  MANAGEMENT_AUDIENCE,
  MY_ACCOUNT_AUDIENCE,
  type Permission,
  type Tenant,
  type User,
} from '../tenant/tenant.js'

/** The audiences of the tenant's own APIs at one domain. */
export interface Audiences {
  /** The audience of the My Account API: `{url}/me/`. */
  myAccountAudience: string
  /** The audience of the Management API: `{url}/api/v2/`. */
  managementAudience: string
}

/** Returns the audiences of the domain at `url`. */
export function audiencesOf(url: string): Audiences {
  return { myAccountAudience: `${url}/me/`, managementAudience: `${url}/api/v2/` }
}

/** Returns the tenant that runs at `url`: with its audiences in place of `https://{domain}/me/` and `https://{domain}/api/v2/`. */
export function runningTenant(tenant: Tenant, url: string): Tenant {
  const written = {
    myAccountAudience: MY_ACCOUNT_AUDIENCE,
    managementAudience: MANAGEMENT_AUDIENCE,
  }
  return { ...tenant, ...withAudiences(tenant, written, audiencesOf(url)) }
}

/** Returns a view of the tenant that runs at `canonicalUrl`, as a custom domain at `url` sees it: with the audiences of that domain. */
export function tenantAt(url: string, tenant: Tenant, canonicalUrl: string): Tenant {
  const [from, to] = [audiencesOf(canonicalUrl), audiencesOf(url)]
  const renamed = (name: keyof Renamed) => ({
    enumerable: true,
    get: () => withAudiences(tenant, from, to)[name],
  })
  // It inherits all other fields from the running tenant, so that it follows every change.
  return Object.create(tenant, {
    apis: renamed('apis'),
    clients: renamed('clients'),
    client_grants: renamed('client_grants'),
    users: renamed('users'),
  })
}

type Renamed = Pick<Tenant, 'apis' | 'clients' | 'client_grants' | 'users'>

// Returns the lists that have audiences, with `to` in place of `from`.
function withAudiences(tenant: Renamed, from: Audiences, to: Audiences): Renamed {
  const audiences = new Map([
    [from.myAccountAudience, to.myAccountAudience],
    [from.managementAudience, to.managementAudience],
  ])
  const named = (name: string) => audiences.get(name) ?? name
  const renamed = <Item extends { audience: string }>(item: Item): Item => ({
    ...item,
    audience: named(item.audience),
  })
  const ofApi = (one: Permission): Permission => ({
    ...one,
    resource_server_identifier: named(one.resource_server_identifier),
  })
  const ofUser = ({ permissions, ...user }: User): User => ({
    ...user,
    ...(permissions && { permissions: permissions.map(ofApi) }),
  })
  const { apis, clients, client_grants, users } = tenant
  return {
    apis: apis.map((one) => ({ ...one, identifier: named(one.identifier) })),
    clients: clients.map(({ refresh_token, ...one }) => ({
      ...one,
      refresh_token: { ...refresh_token, policies: refresh_token.policies.map(renamed) },
    })),
    client_grants: client_grants.map(renamed),
    users: users.map(ofUser),
  }
}

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

/** The tenant that runs, the canonical domain, and the check of a client's credentials. */
export interface RunningTenant {
  tenant: Tenant
  url: string
  credentialFlaw: CredentialCheck
}

/** Remembers the tenant as it is now, and changes it in place. The Management API changes clients and connections of the same object. */
export function createTenantMemory({ tenant, url, credentialFlaw }: RunningTenant): TenantMemory {
  const lists = { ...tenant }
  const { clients, connections } = structuredClone(tenant)
  return {
    get: () => structuredClone(tenant),
    set(change) {
      const read = readTenant(change, { rest: tenant, credentialFlaw })
      if (change.custom_domains) {
        throw new TypeError('tenant/custom_domains cannot change while the emulator runs')
      }
      // The client grants of clients that are gone are gone, too.
      const changed = [...Object.keys(change), ...(change.clients ? ['client_grants'] : [])]
      const next = Object.entries(runningTenant(read, url))
      Object.assign(tenant, Object.fromEntries(next.filter(([name]) => changed.includes(name))))
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
