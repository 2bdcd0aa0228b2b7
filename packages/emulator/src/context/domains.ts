import { MANAGEMENT_AUDIENCE, MY_ACCOUNT_AUDIENCE, type Tenant } from '../tenant/tenant.js'
import type { Context } from './context.js'

/** The fields of a context that differ from domain to domain. */
type OfDomain = 'url' | 'issuer' | 'myAccountAudience' | 'managementAudience'

/** The fields that the contexts of all domains share. `tenant` has the audiences of the canonical domain. */
export type Shared = Omit<Context, OfDomain | 'providersUrl'>

/** Returns the tenant that runs at `url`: with its audiences in place of `https://{domain}/me/` and `https://{domain}/api/v2/`. */
export function runningTenant(tenant: Tenant, url: string): Tenant {
  const written = {
    myAccountAudience: MY_ACCOUNT_AUDIENCE,
    managementAudience: MANAGEMENT_AUDIENCE,
  }
  return withAudiences(tenant, written, audiencesOf(url))
}

/**
 * Creates the contexts of a tenant's domains: the canonical one at `url`, and the custom ones. A custom domain sees the current
 * tenant of the canonical domain, but with its own audiences.
 */
export function createContexts(
  shared: Shared,
  url: string,
  customUrls: readonly string[],
): { canonical: Context; custom: Context[] } {
  const own = audiencesOf(url)
  const canonical = { ...shared, url, issuer: `${url}/`, ...own, providersUrl: url }
  const custom = customUrls.map((customUrl) => {
    const audiences = audiencesOf(customUrl)
    const tenant = viewOf(shared.tenant, own, audiences)
    return { ...canonical, url: customUrl, issuer: `${customUrl}/`, ...audiences, tenant }
  })
  return { canonical, custom }
}

/** Returns a function that finds the item of a host. For an unknown host it returns the first item. */
export function byHost<Item extends { context: Context }>(
  items: readonly [Item, ...Item[]],
): (host: string) => Item {
  const known = new Map(items.map((item) => [new URL(item.context.url).host, item]))
  return (host) => known.get(host.toLowerCase()) ?? items[0]
}

type Audiences = Pick<Context, 'myAccountAudience' | 'managementAudience'>

function audiencesOf(url: string): Audiences {
  return { myAccountAudience: `${url}/me/`, managementAudience: `${url}/api/v2/` }
}

function viewOf(tenant: Tenant, from: Audiences, to: Audiences): Tenant {
  return new Proxy(tenant, { get: (_, name) => Reflect.get(withAudiences(tenant, from, to), name) })
}

/** Replaces the audiences `from` of the My Account and Management API by `to`. */
function withAudiences(tenant: Tenant, from: Audiences, to: Audiences): Tenant {
  const audiences = new Map([
    [from.myAccountAudience, to.myAccountAudience],
    [from.managementAudience, to.managementAudience],
  ])
  const named = (name: string) => audiences.get(name) ?? name
  const renamed = <Item extends { audience: string }>(item: Item): Item => ({
    ...item,
    audience: named(item.audience),
  })
  const { apis, clients, client_grants } = tenant
  return {
    ...tenant,
    apis: apis.map((one) => ({ ...one, identifier: named(one.identifier) })),
    clients: clients.map(({ refresh_token, ...one }) => ({
      ...one,
      refresh_token: { ...refresh_token, policies: refresh_token.policies.map(renamed) },
    })),
    ...(client_grants && { client_grants: client_grants.map(renamed) }),
  }
}
