import { createEmulator } from '@connected-accounts/emulator'
import { getRequestListener } from '@hono/node-server'
import { Client } from '@modelcontextprotocol/sdk/client/index.js'
import { StreamableHTTPClientTransport } from '@modelcontextprotocol/sdk/client/streamableHttp.js'
import {
  type CallToolResult,
  type ClientCapabilities,
  ElicitationCompleteNotificationSchema,
  UrlElicitationRequiredError,
} from '@modelcontextprotocol/sdk/types.js'
import { afterAll, beforeEach, expect, onTestFinished, test, vi } from 'vitest'
import { createApp } from '../examples/mcp/src/app.js'
import { createBrowserAt, createStart } from './application.js'
import { audience } from './shared.js'
import { rejection, secret } from './visitor.js'

const emulator = await createEmulator({ port: 0 })
afterAll(() => emulator.close())
beforeEach(() => emulator.reset())

const start = createStart(emulator)

/** The example, which listens. */
async function startExample(): Promise<string> {
  let listener: ReturnType<typeof getRequestListener> | undefined
  const origin = await start(() => (request, response) => listener?.(request, response))
  const { web, api } = emulator.clients
  const { url: domain } = emulator
  const calendarUrl = `${domain}/upstream/google-oauth2/calendar/v3`
  listener = getRequestListener(
    createApp({ origin, domain, web, api, audience, secret, calendarUrl }).fetch,
  )
  return origin
}

interface ClientOptions {
  capabilities?: ClientCapabilities
  user?: string
}

/** The SDK's own client, which works for a user. */
async function connectClient(
  origin: string,
  { capabilities = { elicitation: { url: {} } }, user = 'auth0|alice' }: ClientOptions = {},
) {
  const token = await emulator.issueAccessToken({ user_id: user, audience })
  const headers = { authorization: `Bearer ${token}` }
  const transport = new StreamableHTTPClientTransport(new URL(`${origin}/mcp`), {
    requestInit: { headers },
  })
  const client = new Client({ name: 'a-client', version: '1.0.0' }, { capabilities })
  const completed: string[] = []
  client.setNotificationHandler(ElicitationCompleteNotificationSchema, ({ params }) => {
    completed.push(params.elicitationId)
  })
  await client.connect(transport as Parameters<Client['connect']>[0]) // its types miss exactOptionalPropertyTypes
  onTestFinished(() => client.close())
  const call = () => client.callTool({ name: 'list-my-events' }) as Promise<CallToolResult> // no task
  return { call, completed, sessionId: transport.sessionId ?? '', headers }
}

/** The elicitation that a call of the tool is answered with. */
async function elicitationOf(call: Promise<unknown>) {
  const error = await rejection(call)
  if (!(error instanceof UrlElicitationRequiredError)) throw error
  const [elicitation] = error.elicitations
  if (!elicitation) throw new Error('It has no elicitation')
  return elicitation
}

test('a client calls the tool, the person connects the account, the client is told, and calls the tool again', async () => {
  const origin = await startExample()
  const { call, completed } = await connectClient(origin)
  const elicitation = await elicitationOf(call())
  expect(elicitation).toMatchObject({
    mode: 'url',
    message: 'A tool needs your Google account. Connect it to go on.',
    url: `${origin}/auth/elicitation?id=${elicitation.elicitationId}`,
  })

  // The person opens the link, logs in, presses the button, and allows at the provider.
  const person = createBrowserAt(emulator, origin)
  const login = await person.locationOf(person.send(elicitation.url))
  const tenant = await person.locationOf(person.send(login))
  await person.send((await person.visitor.logIn(tenant)).href)
  const provider = await person.post(elicitation.url, { id: elicitation.elicitationId })
  await person.send((await person.visitor.connect(provider)).href)

  await vi.waitFor(() => expect(completed).toEqual([elicitation.elicitationId]), { timeout: 5000 })
  const { content, isError } = await call()
  expect(isError).toBeFalsy()
  expect(content).toEqual([{ type: 'text', text: expect.stringContaining('\n') }])
})

test('another user who opens the link is refused', async () => {
  const origin = await startExample()
  const { call, completed } = await connectClient(origin, { user: 'auth0|bob' })
  const { url } = await elicitationOf(call())
  const alice = createBrowserAt(emulator, origin)
  await alice.logIn()
  expect((await alice.send(url)).status).toBe(403)
  expect(completed).toEqual([])
})

test('a client that does not know the URL mode gets a result that the model can read', async () => {
  const origin = await startExample()
  const { call } = await connectClient(origin, { capabilities: {} })
  expect(await call()).toMatchObject({
    isError: true,
    content: [{ type: 'text', text: expect.stringContaining('no account is connected') }],
  })
})

test('the session of another user is none, and a request without a token is refused', async () => {
  const origin = await startExample()
  const { sessionId } = await connectClient(origin)
  const { headers } = await connectClient(origin, { user: 'auth0|bob' })
  const statusOf = async (more: Record<string, string>) => {
    const response = await fetch(`${origin}/mcp`, {
      method: 'POST',
      body: JSON.stringify({ jsonrpc: '2.0', id: 1, method: 'ping' }),
      headers: {
        accept: 'application/json, text/event-stream',
        'content-type': 'application/json',
        'mcp-session-id': sessionId,
        ...more,
      },
    })
    return response.status
  }
  expect(await statusOf(headers)).toBe(404)
  expect(await statusOf({})).toBe(401)
})
