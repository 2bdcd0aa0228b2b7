import type { Context } from '../../context/context.js'
import { createDpopNonces } from '../../dpop/nonces.js'
import { AccessTokenError, createAccessTokenVerifier } from '../../resource-server/access-token.js'
import { claimsOf } from '../account.js'
import { readableBy } from '../middleware/early-refusal.js'
import type { OidcMiddleware } from '../middleware/env.js'

/**
 * Creates middleware for `/userinfo` (OpenID Connect Core §5.3) that handles JWT access tokens of any API that have the scope
 * `openid`. Bound tokens need their proof. oidc-provider handles opaque tokens.
 */
export function serveUserinfo(context: Context): OidcMiddleware {
  const identifier = `${context.issuer}userinfo`
  const api = {
    identifier,
    name: 'Userinfo',
    scopes: [],
    token_lifetime: 86_400,
    proof_of_possession: 'allowed' as const,
  }
  const nonces = createDpopNonces(context.now)
  const verifier = createAccessTokenVerifier({ context, api, nonces })
  return async (c, next) => {
    const authorization = c.req.header('authorization') ?? ''
    if (!/^\S+ +[\w-]+\.[\w-]+\.[\w-]+$/.test(authorization)) return next()
    const readable = readableBy(c.req.raw)
    const headers = { authorization, dpop: c.req.header('dpop') ?? '' }
    const request = new Request(identifier, { method: c.req.method, headers })
    try {
      const { userId, scopes } = await verifier.verify(request)
      const user = context.users.find(userId)
      return user
        ? Response.json(claimsOf(user, scopes), { headers: readable })
        : new Response(null, { status: 204, headers: readable })
    } catch (error) {
      if (!(error instanceof AccessTokenError)) throw error
      const body = { error: error.code, error_description: error.message }
      return Response.json(body, { status: 401, headers: { ...readable, ...error.headers } })
    }
  }
}
