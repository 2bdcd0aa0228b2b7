import { DATABASE } from './connections.js'
import type { Client, Tenant } from './tenant.js'

/** Returns what is wrong with a client's credentials and their use, or undefined if nothing is. */
export type CredentialCheck = (client: Client) => { field: string; detail: string } | undefined

/**
 * Checks what a JSON Schema cannot: that names are unique, that references have a target, and that custom domains are host names.
 * Throws a `TypeError` that names the wrong field.
 */
export function checkTenant(tenant: Tenant, credentialFlaw: CredentialCheck): void {
  refuseDuplicates(tenant)
  refuseUnknown(tenant)
  refuseHosts(tenant)
  for (const [index, client] of tenant.clients.entries()) {
    const flaw = credentialFlaw(client)
    if (flaw) throw new TypeError(`tenant/clients/${index}/${flaw.field}: ${flaw.detail}`)
  }
}

function refuseDuplicates(tenant: Tenant): void {
  const { clients, apis, users, connections, organizations, custom_domains = [] } = tenant
  const ids = {
    'clients client_id': clients.map(({ client_id }) => client_id),
    'apis identifier': apis.map(({ identifier }) => identifier),
    'users user_id': users.map(({ user_id }) => user_id),
    'users email': users.map(({ email }) => email.toLowerCase()),
    'connections id': connections.map(({ id }) => id),
    'connections name': connections.map(({ name }) => name),
    'organizations id': organizations.map(({ id }) => id),
    'organizations name': organizations.map(({ name }) => name),
    'custom_domains name': custom_domains,
  }
  for (const [field, values] of Object.entries(ids)) {
    const twice = values.find((value, index) => values.indexOf(value) < index)
    if (twice === undefined) continue
    const [list, key] = field.split(' ')
    throw new TypeError(`tenant/${list} must not have the ${key} ${twice} twice`)
  }
}

// These references must have a target. Those of policies and members need none, because it may be added later.
function refuseUnknown({ clients, connections, organizations, client_grants = [] }: Tenant): void {
  const clientIds = clients.map(({ client_id }) => client_id)
  const names = [DATABASE, ...connections.map(({ name }) => name)]
  const refuseOthers = (field: string, values: string[], known: string[]) => {
    const other = values.find((value) => !known.includes(value))
    if (other !== undefined)
      throw new TypeError(`tenant/${field} must exist in the tenant: ${other}`)
  }
  for (const [index, one] of connections.entries()) {
    refuseOthers(`connections/${index}/enabled_clients`, one.enabled_clients ?? [], clientIds)
  }
  for (const [index, one] of organizations.entries()) {
    refuseOthers(`organizations/${index}/connections`, one.connections ?? [], names)
  }
  for (const [index, { client_id }] of client_grants.entries()) {
    refuseOthers(`client_grants/${index}/client_id`, [client_id], clientIds)
  }
}

function refuseHosts({ custom_domains = [] }: Tenant): void {
  const wanted = 'a host name other than localhost, in lower case and without scheme, port and path'
  for (const [index, name] of custom_domains.entries()) {
    if (isHostName(name)) continue
    throw new TypeError(`tenant/custom_domains/${index} must be ${wanted}: ${name}`)
  }
}

// `localhost` and IP addresses are refused, because they already lead to the canonical domain.
function isHostName(name: string): boolean {
  if (name === 'localhost' || !/^[a-z0-9-]+(\.[a-z0-9-]+)*$/.test(name)) return false
  // The URL parser writes every form of an IPv4 address as four numbers.
  return URL.canParse(`http://${name}`) && !/^[\d.]+$/.test(new URL(`http://${name}`).hostname)
}
