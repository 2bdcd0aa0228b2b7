import type { Provider } from 'oidc-provider'
import type { Context } from '../../context/context.js'
import { createDpopNonces } from '../../dpop/nonces.js'
import { AccessTokenError, createAccessTokenVerifier } from '../../resource-server/access-token.js'
import { claimsOf } from '../account.js'

/**
 * Serves `/userinfo` (OpenID Connect Core §5.3) for JWT access tokens of any API that have the scope `openid`. Bound tokens need their
 * proof. oidc-provider handles opaque tokens.
 */
export function serveUserinfo(provider: Provider, context: Context): void {
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
  provider.use(async (ctx, next) => {
    const isJwt = /^\S+ +[\w-]+\.[\w-]+\.[\w-]+$/.test(ctx.get('authorization'))
    if (ctx.path !== '/userinfo' || !['GET', 'POST'].includes(ctx.method) || !isJwt) return next()
    ctx.set({
      'access-control-allow-origin': ctx.get('origin') || '*',
      'access-control-expose-headers': 'DPoP-Nonce, WWW-Authenticate',
      'cache-control': 'no-store',
    })
    const headers = { authorization: ctx.get('authorization'), dpop: ctx.get('dpop') }
    const request = new Request(identifier, { method: ctx.method, headers })
    try {
      const { userId, scopes } = await verifier.verify(request)
      const user = context.users.find(userId)
      ctx.body = user && claimsOf(user, scopes)
    } catch (error) {
      if (!(error instanceof AccessTokenError)) throw error
      ctx.status = 401
      ctx.set(error.headers)
      ctx.body = { error: error.code, error_description: error.message }
    }
  })
}
