import {
  createAccessTokenVerifier,
  fromAccessToken,
  type VerifiedAccessToken,
} from '@connected-accounts/server'
import type { Elicitations } from '@connected-accounts/server/agents'
import { connectionElicitation } from '@connected-accounts/server/mcp'
import { McpServer } from '@modelcontextprotocol/sdk/server/mcp.js'
import { WebStandardStreamableHTTPServerTransport } from '@modelcontextprotocol/sdk/server/webStandardStreamableHttp.js'
import { listEvents } from './calendar.ts'
import type { Settings } from './settings.ts'

/** Creates the MCP endpoint. It has one tool, which lists the events of the person whose access token the client sends. */
export function createMcpEndpoint(
  settings: Settings,
  elicitations: Elicitations,
): (request: Request) => Promise<Response> {
  const { origin: baseUrl, domain, audience } = settings
  const verifyAccessToken = createAccessTokenVerifier({ domain, audience, baseUrl })
  const openSession = createSessions(settings, elicitations)
  return async (request) => {
    const token = await verifyAccessToken(request)
    const session = await openSession(request.headers.get('mcp-session-id'), token)
    if (!session) return new Response('No such session', { status: 404 })
    const { accessToken, clientId = '', scopes } = token
    return session.handleRequest(request, { authInfo: { token: accessToken, clientId, scopes } })
  }
}

/** Returns a function that finds the session of an MCP client, or opens one. A session works for one user: that of another is none. */
function createSessions(settings: Settings, elicitations: Elicitations) {
  const sessions = new Map<
    string,
    { user: string; transport: WebStandardStreamableHTTPServerTransport }
  >()
  const createServer = createToolServers(settings, elicitations)
  return async (id: string | null, { sub: user }: VerifiedAccessToken) => {
    const known = id === null ? undefined : sessions.get(id)
    if (id !== null) return known?.user === user ? known.transport : undefined
    const transport = new WebStandardStreamableHTTPServerTransport({
      sessionIdGenerator: () => crypto.randomUUID(),
      onsessioninitialized: (created) => void sessions.set(created, { user, transport }),
      onsessionclosed: (closed) => void sessions.delete(closed),
    })
    await createServer(user).connect(transport)
    return transport
  }
}

/** Returns a function that creates the server of a user, with its tool. */
function createToolServers({ domain, api, calendarUrl }: Settings, elicitations: Elicitations) {
  const { clientId, clientSecret } = api
  const exchangeOf = fromAccessToken({ domain, clientId, clientAuth: { clientSecret } })
  return (user: string): McpServer => {
    const mcp = new McpServer({ name: 'my-calendar', version: '1.0.0' })
    const description = 'Lists the next events of my calendar.'
    mcp.registerTool('list-my-events', { description }, async ({ authInfo }) => {
      try {
        const text = await listEvents(exchangeOf(authInfo?.token ?? ''), calendarUrl)
        return { content: [{ type: 'text', text }] }
      } catch (error) {
        throw await connectionElicitation(error, { elicitations, user, server: mcp.server })
      }
    })
    return mcp
  }
}
