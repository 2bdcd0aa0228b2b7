import { createHandler, ServerClient } from '@connected-accounts/server'
import { createElicitations } from '@connected-accounts/server/agents'
import { Hono } from 'hono'
import { createMcpEndpoint } from './mcp.ts'
import type { Settings } from './settings.ts'

/** An MCP server with one tool, and the pages on which a person connects the account that the tool needs. */
export function createApp(settings: Settings): Hono {
  const { origin, domain, web, secret } = settings
  const server = new ServerClient({
    domain,
    ...web,
    secret,
    authorizationParams: { redirect_uri: `${origin}/auth/callback` },
  })
  const handler = createHandler(server)
  const elicitations = createElicitations(server, {
    url: `${origin}/auth/elicitation`,
    connections: { calendar: { connection: 'google-oauth2', label: 'Google' } },
  })
  const mcp = createMcpEndpoint(settings, elicitations)

  const app = new Hono()
  app.all('/auth/elicitation', ({ req }) => elicitations.page(req.raw))
  app.all('/auth/*', ({ req }) => handler(req.raw))
  app.all('/mcp', ({ req }) => mcp(req.raw))
  return app
}
