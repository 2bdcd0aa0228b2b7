import type { Provider, TokenEndpointGrantContext } from 'oidc-provider'
import type { Tenancy } from '../../context/context.js'
import { OAuthError } from '../../oauth/oauth-error.js'
import { required } from '../../oauth/token-request.js'
import { grantedScopes } from '../../tenant/api-access.js'
import type { Api } from '../../tenant/tenant.js'
import {
  buildTokenResponse,
  checkDpopReplay,
  checkDpopRequired,
  validateDpop,
} from '../provider-internals.js'
import { findApi, resourceOf, resourceServer } from '../resource-servers.js'
import { registerGrant } from './grant-request.js'

/** Replaces oidc-provider's client credentials grant (RFC 6749 §4.4) with one that supports `audience`. */
export function registerClientCredentialsGrant(provider: Provider, context: Tenancy): void {
  registerGrant(provider, {
    name: 'client_credentials',
    parameters: ['scope', 'audience'],
    async handle(ctx) {
      const { client, params } = ctx.oidc
      const { api, scopes } = authorizedApi(context, client.clientId, required(params, 'audience'))
      const proof = await validateDpop(provider, ctx)
      checkDpopRequired(provider, ctx, proof)
      await checkDpopReplay(provider, ctx, proof, client.clientId)
      const scope = requestedScope(ctx, scopes)
      const server = new provider.ResourceServer(
        resourceOf(api.identifier),
        resourceServer(context, ctx, { api, subject: 'client' }),
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
  })
}

function authorizedApi(
  context: Tenancy,
  clientId: string,
  audience: string,
): { api: Api; scopes: string[] } {
  const api = findApi(context, audience)
  if (!api) throw new OAuthError(403, 'access_denied', `Service not found: ${audience}`)
  const scopes = grantedScopes(context, { clientId, api, subject: 'client' })
  if (scopes) return { api, scopes }
  throw new OAuthError(403, 'access_denied', `Client is not authorized to access "${audience}"`)
}

function requestedScope(ctx: TokenEndpointGrantContext, granted: string[]): string {
  const requested = ctx.oidc.params.scope?.split(' ') ?? granted
  const others = requested.filter((scope) => !granted.includes(scope))
  if (others.length > 0) {
    const description = `Client has not been granted scopes: ${others.join(', ')}`
    throw new OAuthError(403, 'access_denied', description)
  }
  return requested.join(' ')
}
