import { errors, type KoaContextWithOIDC, type ResourceServer } from 'oidc-provider'
import type { Tenancy } from '../context/context.js'
import { grantedScopes } from '../tenant/api-access.js'
import { OIDC_SCOPES } from '../tenant/refresh-token-policy.js'
import type { Api } from '../tenant/tenant.js'
import { oauthError } from './token/grant-request.js'

/** Returns the resource indicator of an audience: the audience itself or, if it is not an absolute URI (RFC 8707 §2), a URN. */
export function resourceOf(audience: string): string {
  const isUri = URL.canParse(audience) && !audience.includes('#')
  return isUri ? audience : `urn:connected-accounts:audience:${encodeURIComponent(audience)}`
}

/** Returns the API with this identifier. */
export function findApi(context: Tenancy, audience: string): Api | undefined {
  return context.tenant.apis.find((api) => api.identifier === audience)
}

/**
 * Returns the API of a resource indicator, for a user. Throws `access_denied` with Auth0's text, which contains `name`, if there is
 * no such API, or if it is the Management API, which only programs can call.
 */
export function apiOfResource(context: Tenancy, resource: string, name: unknown = resource): Api {
  const api = context.tenant.apis.find(({ identifier }) => resourceOf(identifier) === resource)
  if (!api) throw new errors.AccessDenied(`Service not found: ${name}`)
  if (api.identifier === context.managementAudience) {
    throw new errors.AccessDenied(`Client is not authorized to access resource server "${name}"`)
  }
  return api
}

/**
 * Returns what oidc-provider needs to issue tokens for an API to the client of a request. Throws `unauthorized_client` if the client
 * has no grant for the API, and `invalid_request` if the API requires proof of possession and the token request has no proof.
 */
export function resourceServer(
  context: Tenancy,
  ctx: KoaContextWithOIDC,
  { api, subject }: { api: Api; subject: 'user' | 'client' },
): ResourceServer {
  const clientId = ctx.oidc.client?.clientId ?? ''
  const scopes = grantedScopes(context, { clientId, api, subject })
  if (!scopes) {
    const description = `Client is not authorized to access "${api.identifier}"`
    throw oauthError(403, 'unauthorized_client', description)
  }
  const isUnbound = ctx.oidc.route === 'token' && !ctx.get('dpop')
  if (api.proof_of_possession === 'required' && isUnbound) {
    throw new errors.InvalidRequest('The audience requires a DPoP proof')
  }
  return {
    audience: api.identifier,
    // Without the OpenID Connect scopes, the response has no `openid`, which auth0-spa-js needs.
    scope: [...OIDC_SCOPES, ...scopes].join(' '),
    accessTokenFormat: 'jwt',
    accessTokenTTL: api.token_lifetime,
    jwt: { sign: { alg: 'RS256' } },
  }
}
