import {
  createAccessTokenVerifier,
  createHandler,
  createProviderFetch,
  fromAccessToken,
  ServerClient,
} from '@connected-accounts/server'
import { createElicitations } from '@connected-accounts/server/agents'
import { connectionElicitation } from '@connected-accounts/server/mcp'
import { McpServer } from '@modelcontextprotocol/sdk/server/mcp.js'
import { WebStandardStreamableHTTPServerTransport } from '@modelcontextprotocol/sdk/server/webStandardStreamableHttp.js'
import { Hono } from 'hono'

export interface Settings {
  /** Where people and clients reach this server. */
  origin: string
  domain: string
  /** The web application, whose pages people open. */
  web: { clientId: string; clientSecret: string }
  /** The client of the API. Token Vault lets it exchange the access tokens that MCP clients send. */
  api: { clientId: string; clientSecret: string }
  audience: string
  secret: string
  calendarUrl: string
}

/** An MCP server with one tool, and the pages on which a person connects the account that the tool needs. */
export function createApp(settings: Settings): Hono {
  const { origin, domain, web, api, audience, secret } = settings
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
  const exchangeOf = fromAccessToken({
    domain,
    clientId: api.clientId,
    clientAuth: { clientSecret: api.clientSecret },
  })
  const verifyAccessToken = createAccessTokenVerifier({ domain, audience, baseUrl: origin })
  const sessions = new Map<string, McpSession>()

  const app = new Hono()
  app.all('/auth/elicitation', ({ req }) => elicitations.page(req.raw))
  app.all('/auth/*', ({ req }) => handler(req.raw))

  app.all('/mcp', async (c) => {
    const { sub, accessToken, clientId = '', scopes } = await verifyAccessToken(c.req.raw)
    const id = c.req.header('mcp-session-id')
    const known = id === undefined ? undefined : sessions.get(id)
    // The session of another user is none.
    if (id !== undefined && known?.user !== sub) return c.text('No such session', 404)
    const { transport } = known ?? (await openSession(sub))
    return transport.handleRequest(c.req.raw, {
      authInfo: { token: accessToken, clientId, scopes },
    })
  })

  /** Opens the session of an MCP client, which works for one user. */
  async function openSession(user: string): Promise<McpSession> {
    const transport = new WebStandardStreamableHTTPServerTransport({
      sessionIdGenerator: () => crypto.randomUUID(),
      onsessioninitialized: (id) => void sessions.set(id, session),
      onsessionclosed: (id) => void sessions.delete(id),
    })
    const session = { user, transport }
    const mcp = new McpServer({ name: 'my-calendar', version: '1.0.0' })
    mcp.registerTool(
      'list-my-events',
      { description: 'Lists the next events of my calendar.' },
      async ({ authInfo }) => {
        try {
          const text = await listEvents(authInfo?.token ?? '')
          return { content: [{ type: 'text', text }] }
        } catch (error) {
          throw await connectionElicitation(error, { elicitations, user, server: mcp.server })
        }
      },
    )
    await mcp.connect(transport)
    return session
  }

  async function listEvents(accessToken: string): Promise<string> {
    const calendar = createProviderFetch({
      exchange: exchangeOf(accessToken),
      connection: 'google-oauth2',
      scopes: ['https://www.googleapis.com/auth/calendar.readonly'],
      allowedOrigins: [new URL(settings.calendarUrl).origin],
    })
    const url = `${settings.calendarUrl}/calendars/primary/events?maxResults=3`
    const response = await calendar(url)
    if (!response.ok) throw new Error(`The calendar responded with ${String(response.status)}.`)
    const { items } = (await response.json()) as { items: { summary: string }[] }
    return items.map(({ summary }) => summary).join('\n')
  }

  return app
}

interface McpSession {
  user: string
  transport: WebStandardStreamableHTTPServerTransport
}
