import type { Provider, TokenEndpointGrantContext } from 'oidc-provider'
import type { Tenancy } from '../../context/context.js'
import { grantedScopes } from '../../tenant/clients.js'
import type { Api } from '../../tenant/tenant.js'
import {
  buildTokenResponse,
  checkDpopReplay,
  checkDpopRequired,
  validateDpop,
} from '../provider-internals.js'
import { findApi, resourceOf, resourceServer } from '../resource-servers.js'
import { oauthError, required } from './grant-request.js'

/** Replaces oidc-provider's client credentials grant (RFC 6749 §4.4) with one that supports `audience`. */
export function registerClientCredentialsGrant(provider: Provider, context: Tenancy): void {
  provider.registerGrantType(
    'client_credentials',
    async (ctx) => {
      const { client } = ctx.oidc
      const { api, scopes } = authorizedApi(context, client.clientId, required(ctx, 'audience'))
      const proof = await validateDpop(provider, ctx)
      checkDpopRequired(provider, ctx, proof)
      await checkDpopReplay(provider, ctx, proof, client.clientId)
      const scope = requestedScope(ctx, scopes)
      const server = new provider.ResourceServer(
        resourceOf(api.identifier),
        resourceServer(context, ctx, api),
      )
      const token = new provider.ClientCredentials({ client, scope, resourceServer: server })
      if (proof) token.setThumbprint('jkt', proof.thumbprint)
      const accessToken = await token.save()
      ctx.body = buildTokenResponse(provider, {
        accessToken,
        expiresIn: token.expiration,
        scope,
        tokenType: token.tokenType,
      })
    },
    ['scope', 'audience'],
  )
}

function authorizedApi(
  context: Tenancy,
  clientId: string,
  audience: string,
): { api: Api; scopes: string[] } {
  const api = findApi(context, audience)
  if (!api) throw oauthError(403, 'access_denied', `Service not found: ${audience}`)
  const scopes = grantedScopes(context.tenant, clientId, api)
  // The My Account API needs a user, and this grant has none.
  if (
    !scopes ||
    audience === context.myAccountAudience ||
    !mayManage(context, clientId, audience)
  ) {
    throw oauthError(403, 'access_denied', `Client is not authorized to access "${audience}"`)
  }
  return { api, scopes }
}

// If the tenant has no client grants, only non-interactive clients can have the Management API.
function mayManage({ tenant, managementAudience }: Tenancy, clientId: string, audience: string) {
  if (audience !== managementAudience || tenant.client_grants) return true
  const client = tenant.clients.find(({ client_id }) => client_id === clientId)
  return client?.app_type === 'non_interactive'
}

function requestedScope(ctx: TokenEndpointGrantContext, granted: string[]): string {
  const requested = ctx.oidc.params.scope?.split(' ') ?? granted
  const others = requested.filter((scope) => !granted.includes(scope))
  if (others.length > 0) {
    const description = `Client has not been granted scopes: ${others.join(', ')}`
    throw oauthError(403, 'access_denied', description)
  }
  return requested.join(' ')
}
