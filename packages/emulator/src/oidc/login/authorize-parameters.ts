import { type Configuration, errors, type KoaContextWithOIDC } from 'oidc-provider'
import type { Tenancy } from '../../context/context.js'
import { grantedScopes } from '../../tenant/api-access.js'
import { connectionsFor, DATABASE, findOrganization, logsInWith } from '../../tenant/connections.js'

/** Returns Auth0's own parameters of `/authorize` with their checks. A check also runs if its parameter is absent. */
export function authorizeParameters(context: Tenancy): Configuration['extraParams'] {
  return {
    audience(ctx) {
      addDefaultScope(context, ctx)
      restoreOfflineAccess(ctx)
    },
    connection: (ctx, name) => refuseConnection(context, ctx, name),
    connection_scope: null,
    organization: (_ctx, name) => refuseOrganization(context, name),
  }
}

// RFC 6749 §3.3. For an API, these are all scopes that the client can have there.
function addDefaultScope(context: Tenancy, { oidc, query }: KoaContextWithOIDC): void {
  const { params, client } = oidc
  if (!params || query.scope || params.scope) return
  const api = context.tenant.apis.find(({ identifier }) => identifier === params.audience)
  const clientId = client?.clientId ?? ''
  const granted = (api && grantedScopes(context, { clientId, api, subject: 'user' })) ?? []
  params.scope = granted.length > 0 ? granted.join(' ') : 'openid profile email'
}

// Adds offline_access again, because oidc-provider removes it from requests without a consent page. This runs after that.
function restoreOfflineAccess(ctx: KoaContextWithOIDC): void {
  const { params, client } = ctx.oidc
  const wanted = [ctx.query.scope ?? ''].flat().join(' ').split(' ')
  if (!params || !wanted.includes('offline_access') || !client?.grantTypeAllowed('refresh_token'))
    return
  const scope = typeof params.scope === 'string' ? params.scope.split(' ') : []
  params.scope = [...new Set([...scope, 'offline_access'])].join(' ')
}

function refuseConnection(
  { tenant }: Tenancy,
  { oidc: { client, params } }: KoaContextWithOIDC,
  name: string | undefined,
): void {
  if (!name) return
  if (name !== DATABASE && !tenant.connections.some((connection) => connection.name === name)) {
    throw new errors.InvalidRequest('the connection was not found')
  }
  const enabled = connectionsFor(tenant, 'authentication', client?.clientId ?? '')
  const isEnabled = name === DATABASE || enabled.some((connection) => connection.name === name)
  if (isEnabled && logsInWith(findOrganization(tenant, params?.organization), name)) return
  throw new errors.InvalidRequest('the connection is not enabled for the client')
}

function refuseOrganization({ tenant }: Tenancy, name: string | undefined): void {
  if (!name || findOrganization(tenant, name)) return
  throw new errors.InvalidRequest('the organization was not found')
}
