import type { Provider, TokenEndpointGrantContext } from 'oidc-provider'
import {
  buildTokenResponse,
  checkDpopReplay,
  checkDpopRequired,
  validateDpop,
} from 'oidc-provider/lib/helpers/grants.js'
import type { Context } from '../context.js'
import type { Api } from '../tenant.js'
import { findApi, resourceOf, resourceServer } from './resource-servers.js'
import { oauthError, required } from './token-request.js'

/** Replaces oidc-provider's client credentials grant (RFC 6749 §4.4) with one that knows `audience`. */
export function registerClientCredentialsGrant(provider: Provider, context: Context): void {
  provider.registerGrantType(
    'client_credentials',
    async (ctx) => {
      const { client } = ctx.oidc
      const api = authorizedApi(context, required(ctx, 'audience'))
      const proof = await validateDpop(provider, ctx)
      checkDpopRequired(provider, ctx, proof)
      await checkDpopReplay(provider, ctx, proof, client.clientId)
      const scope = requestedScope(ctx, api)
      const server = new provider.ResourceServer(
        resourceOf(api.identifier),
        resourceServer(ctx, api),
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

function authorizedApi(context: Context, audience: string): Api {
  const api = findApi(context, audience)
  if (!api) throw oauthError(403, 'access_denied', `Service not found: ${audience}`)
  // What it lists belongs to a user, and a client has none.
  if (api.identifier === context.myAccountAudience) {
    throw oauthError(403, 'access_denied', `Client is not authorized to access "${audience}"`)
  }
  return api
}

function requestedScope(ctx: TokenEndpointGrantContext, api: Api): string {
  const requested = ctx.oidc.params.scope?.split(' ') ?? api.scopes
  const unknown = requested.filter((scope) => !api.scopes.includes(scope))
  if (unknown.length > 0) {
    const description = `Client has not been granted scopes: ${unknown.join(', ')}`
    throw oauthError(403, 'access_denied', description)
  }
  return requested.join(' ')
}
