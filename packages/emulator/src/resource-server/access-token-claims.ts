import type { JWTPayload } from 'jose'
import type { Context } from '../context/context.js'
import { permissionsOf } from '../tenant/api-access.js'
import type { Api, TokenDialect } from '../tenant/tenant.js'

/** What an access token says, before it has the form of a dialect. */
export interface TokenContent {
  api: Api
  /** The user. A machine token has none. */
  userId?: string | undefined
  clientId: string
  /** The scopes, separated by spaces. */
  scope: string
  /** How long the token is valid, in seconds. */
  lifetime: number
  /** The thumbprint of the key that the token is bound to. */
  jkt?: string | undefined
  /** The claims of an organization, and others that do not depend on the dialect. */
  more?: JWTPayload
  /** The claims that Actions have set. They never replace others. */
  custom?: Record<string, unknown>
}

/** An access token before it is signed. */
export interface UnsignedToken {
  /** The `typ` of the header. */
  typ: 'JWT' | 'at+jwt'
  claims: JWTPayload
}

/**
 * Returns the claims of an access token in the dialect of its API. All issuers of access tokens use it: the authorization server,
 * `issueAccessToken` and the token endpoint behind msw.
 *
 * @see https://auth0.com/docs/secure/tokens/access-tokens/access-token-profiles
 */
export function accessTokenClaims(context: Context, content: TokenContent): UnsignedToken {
  const { api, userId, clientId, scope, lifetime, jkt, more, custom } = content
  const dialect = dialectOf(context, api)
  const isRfc9068 = dialect.startsWith('rfc9068_profile')
  const iat = Math.floor(context.now() / 1000)
  const claims = {
    ...custom,
    iss: context.issuer,
    sub: userId ?? `${clientId}@clients`,
    aud: audienceOf(context, content),
    ...(isRfc9068 ? { client_id: clientId } : { azp: clientId }),
    iat,
    exp: iat + lifetime,
    ...(isRfc9068 && { jti: crypto.randomUUID() }),
    ...(scope && { scope }),
    ...(!isRfc9068 && userId === undefined && { gty: 'client-credentials' }),
    ...(dialect.endsWith('_authz') && { permissions: permissions(context, content) }),
    ...(jkt !== undefined && { cnf: { jkt } }),
    ...more,
  }
  return { typ: isRfc9068 ? 'at+jwt' : 'JWT', claims }
}

// No source says what the tokens of the My Account API and the Management API look like.
function dialectOf(context: Context, { identifier, token_dialect }: Api): TokenDialect {
  const { myAccountAudience, managementAudience, switches } = context
  const isOfSystem = [myAccountAudience, managementAudience].includes(identifier)
  return token_dialect ?? (isOfSystem ? switches.get().systemTokenDialect : 'access_token')
}

function audienceOf({ issuer }: Context, { api, scope }: TokenContent): string | string[] {
  const hasOpenid = scope.split(' ').includes('openid')
  return hasOpenid ? [api.identifier, `${issuer}userinfo`] : api.identifier
}

// The permissions of a machine token are its scopes.
function permissions({ tenant }: Context, { api, userId, scope }: TokenContent): string[] {
  if (userId !== undefined) return permissionsOf(tenant, userId, api)
  return scope.split(' ').filter((name) => api.scopes.includes(name))
}
