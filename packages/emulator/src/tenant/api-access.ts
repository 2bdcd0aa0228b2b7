import type { Api, Tenant } from './tenant.js'

/** The tenant, seen from one of its domains. */
interface TenantAtDomain {
  tenant: Tenant
  myAccountAudience: string
}

/** The client that asks for a token, and what for. */
export interface ApiAccess {
  clientId: string
  api: Api
  /** Whether it is a token of a user or a machine token. */
  subject: 'user' | 'client'
}

/**
 * Returns the scopes of an API that a client is allowed to have: all, or those of its client grants if the API requires one. Returns
 * undefined if the client gets no token for the API.
 */
export function grantedScopes(
  { tenant, myAccountAudience }: TenantAtDomain,
  { clientId, api, subject }: ApiAccess,
): string[] | undefined {
  const { identifier, scopes, subject_type_authorization: settings = {} } = api
  const defaults = policiesOf(identifier === myAccountAudience)
  const policy = settings[subject]?.policy ?? defaults[subject]
  if (policy === 'allow_all') return scopes
  const own = tenant.client_grants.filter(
    ({ client_id, audience, subject_type = 'client' }) =>
      client_id === clientId && audience === identifier && subject_type === subject,
  )
  if (policy === 'deny_all' || own.length === 0) return undefined
  return scopes.filter((name) => own.some(({ scope }) => scope.includes(name)))
}

// The policies of an API whose `subject_type_authorization` says nothing.
function policiesOf(isMyAccountApi: boolean) {
  return isMyAccountApi
    ? { user: 'require_client_grant', client: 'deny_all' }
    : { user: 'allow_all', client: 'require_client_grant' }
}

/** Returns the permissions of a user at an API. A user who was created by a login with a connection has none. */
export function permissionsOf({ users }: Tenant, userId: string, { identifier }: Api): string[] {
  const { permissions = [] } = users.find(({ user_id }) => user_id === userId) ?? {}
  return permissions
    .filter((one) => one.resource_server_identifier === identifier)
    .map((one) => one.permission_name)
}

/** Returns those of the scopes that role-based access control lets the user have. Scopes of other APIs are not affected. */
export function permittedScopes(
  tenant: Tenant,
  { userId, api }: { userId: string; api: Api },
  scopes: readonly string[],
): string[] {
  if (!api.enforce_policies) return [...scopes]
  const permissions = permissionsOf(tenant, userId, api)
  return scopes.filter((name) => !api.scopes.includes(name) || permissions.includes(name))
}
