import { Hono } from 'hono'
import type { Context } from '../context.js'
import { byHost } from '../domains.js'

const missing =
  'This emulator runs behind msw, without an authorization server: take an access token of emulator.issueAccessToken, or the emulator that listens'

/** What is left of the authorization server where there is none: who it would be and its keys. All else answers 501. */
export function createMetadata(
  contexts: readonly [Context, ...Context[]],
): (request: Request) => Promise<Response> {
  const find = byHost(contexts.map((context) => ({ context })) as [{ context: Context }]) // at least one
  const contextOf = (request: Request) => find(new URL(request.url).host).context
  const app = new Hono()
  app.get('/.well-known/openid-configuration', (c) => {
    const { issuer } = contextOf(c.req.raw)
    return c.json({ issuer, jwks_uri: `${issuer}.well-known/jwks.json` })
  })
  app.get('/.well-known/jwks.json', (c) => {
    return c.json({ keys: [contextOf(c.req.raw).signingKey.publicJwk] })
  })
  app.notFound((c) => c.json({ error: 'not_implemented', error_description: missing }, 501))
  return async (request) => app.fetch(request)
}
