import { Hono } from 'hono'
import { byHost, type Context } from '../../context/context.js'
import { answerTokenRequest, type TokenEndpointOptions } from './token-endpoint.js'

/** The options of the authorization server behind msw, which has no login. */
export interface AuthorizationServerOptions extends Omit<TokenEndpointOptions, 'context'> {
  /** The context of each domain, the canonical one first. */
  contexts: readonly [Context, ...Context[]]
}

const missing =
  'The emulator behind msw has no login pages: call emulator.issueAccessToken or issueRefreshToken, or use an emulator that listens'

/** Creates an authorization server with discovery, keys and a token endpoint. It responds to all other requests with 501. */
export function createAuthorizationServer({
  contexts: [canonical, ...custom],
  ...options
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
    return answerTokenRequest({ ...options, context: contextOf(req.raw) }, req.raw)
  })
  app.notFound((c) => c.json({ error: 'not_implemented', error_description: missing }, 501))
  app.onError((error) => {
    throw error
  })
  return async (request) => app.fetch(request)
}
