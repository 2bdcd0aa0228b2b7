import type { Api, Tenant } from './tenant.js'

/**
 * Returns the scopes of an API that a client is allowed to have: those of its client grants, or all if the tenant has no
 * `client_grants`. Returns undefined if the client has no grant for the API.
 */
export function grantedScopes(
  { client_grants: all }: Pick<Tenant, 'client_grants'>,
  clientId: string,
  { identifier, scopes }: Api,
): string[] | undefined {
  if (!all) return scopes
  const own = all.filter(
    ({ client_id, audience }) => client_id === clientId && audience === identifier,
  )
  if (own.length === 0) return undefined
  return scopes.filter((name) => own.some(({ scope }) => scope.includes(name)))
}
