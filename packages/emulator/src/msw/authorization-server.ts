import { Hono } from 'hono'
import type { Context } from '../context.js'
import { byHost } from '../domains.js'
import type { Vault } from '../vault.js'
import type { RefreshTokens } from './refresh-tokens.js'
import { answerTokenRequest } from './token-endpoint.js'

/** What is left of the authorization server where nobody logs in. */
export interface AuthorizationServerOptions {
  /** Of each domain, the canonical one first. */
  contexts: readonly [Context, ...Context[]]
  vault: Vault
  refreshTokens: RefreshTokens
}

const missing =
  'Nobody logs in at the emulator behind msw: take tokens of emulator.issueAccessToken and issueRefreshToken, or the emulator that listens'

/** Who the issuer is, its keys, and its token endpoint. All else answers 501. */
export function createAuthorizationServer({
  contexts: [canonical, ...custom],
  vault,
  refreshTokens,
}: AuthorizationServerOptions): (request: Request) => Promise<Response> {
  const others = custom.map((context) => ({ context }))
  const find = byHost([{ context: canonical }, ...others])
  const contextOf = (request: Request) => find(new URL(request.url).host).context
  const app = new Hono()
  app.get('/.well-known/openid-configuration', (c) => {
    const { issuer } = contextOf(c.req.raw)
    const jwks_uri = `${issuer}.well-known/jwks.json`
    return c.json({ issuer, jwks_uri, token_endpoint: `${issuer}oauth/token` })
  })
  app.get('/.well-known/jwks.json', (c) => {
    return c.json({ keys: [contextOf(c.req.raw).signingKey.publicJwk] })
  })
  app.post('/oauth/token', ({ req }) => {
    const context = contextOf(req.raw)
    return answerTokenRequest({ context, vault, refreshTokens }, req.raw)
  })
  app.notFound((c) => c.json({ error: 'not_implemented', error_description: missing }, 501))
  app.onError((error) => {
    throw error
  })
  return async (request) => app.fetch(request)
}
