import { Hono } from 'hono'
import { answerTokenRequest, type TokenEndpointOptions } from './token-endpoint.js'

const missing =
  'The emulator behind msw has no login pages: call emulator.issueAccessToken or issueRefreshToken, or use an emulator that listens'

/** Creates an issuer with discovery, keys and a token endpoint. It responds to all other requests with 501, as it has no login. */
export function createIssuer(options: TokenEndpointOptions): Hono {
  const { issuer, signingKey } = options.context
  const app = new Hono()
  app.get('/.well-known/openid-configuration', (c) => {
    const jwks_uri = `${issuer}.well-known/jwks.json`
    return c.json({ issuer, jwks_uri, token_endpoint: `${issuer}oauth/token` })
  })
  app.get('/.well-known/jwks.json', (c) => c.json({ keys: [signingKey.publicJwk] }))
  app.post('/oauth/token', ({ req }) => answerTokenRequest(options, req.raw))
  app.notFound((c) => c.json({ error: 'not_implemented', error_description: missing }, 501))
  app.onError((error) => {
    throw error
  })
  return app
}
