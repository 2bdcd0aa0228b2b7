import type { Context } from './context.js'
import { MANAGEMENT_AUDIENCE, MY_ACCOUNT_AUDIENCE, type Tenant } from './tenant.js'

/** What a context has of its own domain. */
type OfDomain = 'url' | 'issuer' | 'myAccountAudience' | 'managementAudience'

/** What the contexts of all domains of a tenant have in common, `tenant` with the audiences of the canonical one. */
export type Shared = Omit<Context, OfDomain | 'providersUrl'>

/** The tenant as it runs at `url`, its own audiences in the place of `https://{domain}/me/` and `https://{domain}/api/v2/`. */
export function runningTenant(tenant: Tenant, url: string): Tenant {
  const written = {
    myAccountAudience: MY_ACCOUNT_AUDIENCE,
    managementAudience: MANAGEMENT_AUDIENCE,
  }
  return withAudiences(tenant, written, audiencesOf(url))
}

/**
 * The contexts of the domains of a tenant: that of the canonical one at `url`, and those of the others. They see the canonical
 * one's tenant as it is at each moment, with their own audiences in the place of its.
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

/** Finds what belongs to a host; to one that is unknown, the first. */
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

/** The tenant with the audiences `to` of its own APIs in the place of `from`. */
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
