import { connectionHealth, isConnectCallback, isConnectFlowError } from '@connected-accounts/client'
import { connectedAccountsQueries } from '@connected-accounts/react'
import { createHandler, isLoginFlowError, ServerClient } from '@connected-accounts/server'
import { type DehydratedState, dehydrate, QueryClient } from '@tanstack/react-query'
import { type Context, Hono } from 'hono'
import { renderToString } from 'react-dom/server'
import { App } from '../app/App.js'
import { connections as own } from '../app/connections.js'
import { eventsQuery } from '../app/events-api.js'
import { Home } from '../app/Home.js'
import { RENDERED_PATH } from '../app/pages.js'
import { type RenderedState, renderedSession } from '../app/rendered-session.js'
import type { Person, Session } from '../app/session.js'
import { createConnections } from './connections.js'
import { createEventsApi } from './rendered-api.js'
import type { Settings } from './settings.js'

/** Options of {@link createRendered}. */
export interface RenderedOptions {
  settings: Settings
  /** The confidential client at the tenant. */
  web: NonNullable<Settings['web']>
  origin: string
  /** The HTML of the page, with placeholders for the app and its state. */
  template: string
}

/** Creates the server-rendered version of the demo. All tokens are in this server's session. */
export function createRendered({ settings, web, origin, template }: RenderedOptions): Hono {
  const server = new ServerClient({
    ...{ domain: settings.tenant, ...web },
    secret: crypto.randomUUID() + crypto.randomUUID(), // sessions end with this process
    authorizationParams: { redirect_uri: `${origin}${RENDERED_PATH}/auth/callback` },
    connections: createConnections(settings.emulator),
  })
  const handler = createHandler(server, { onError: backToPage, revoke: true })
  const rendered = new Hono().basePath(RENDERED_PATH)
  rendered.all('/auth/*', ({ req }) => handler(req.raw))
  rendered.route('/api', createEventsApi(server, settings))
  rendered.get('/', async (c) => {
    const user = await server.getUser({ request: c.req.raw, response: c.res })
    const state: RenderedState = {
      origin,
      user: user && { sub: user.sub, name: user.name ?? 'there' },
      loginError: /^[a-z_]+$/.exec(c.req.query('login_error') ?? '')?.[0],
      isConnecting: isConnectCallback(c.req.url),
    }
    const session = renderedSession(state, (request) => askForVisitor(rendered, c, request))
    const queries = state.user && (await prefetch(session, state.user))
    const app = renderToString(<App session={session} Page={Home} queries={queries} />)
    c.header('cache-control', 'no-store')
    return c.html(fill(template, { app, state: { ...state, queries } }))
  })
  return rendered
}

function backToPage(error: unknown): Response {
  if (!isLoginFlowError(error) && !isConnectFlowError(error)) throw error
  const location = `${RENDERED_PATH}?login_error=${error.code}`
  return new Response(null, { status: 303, headers: { location } })
}

/** Sends a request to a route of this server with the visitor's cookies, and adds the response's cookies to the page. */
async function askForVisitor(app: Hono, c: Context, request: Request): Promise<Response> {
  const asked = new Request(request)
  asked.headers.set('cookie', c.req.header('cookie') ?? '')
  const answer = await app.fetch(asked)
  for (const line of answer.headers.getSetCookie()) c.header('set-cookie', line, { append: true })
  return answer
}

/** Loads the data that the page shows first. If a query fails here, the browser sends it again. */
async function prefetch(session: Session, user: Person): Promise<DehydratedState> {
  const { client, apiFetch, isConnecting } = session
  const queryClient = new QueryClient()
  const { accounts, connections } = connectedAccountsQueries({ client, user: user.sub })
  const listed = queryClient.query({ ...accounts(), retry: false })
  const prefetchEvents = async () => {
    const { account, isUsable } = connectionHealth(own.calendar, { accounts: await listed })
    if (!isUsable) return
    const query = eventsQuery({ apiFetch, user: user.sub, account: account?.id })
    await queryClient.query({ ...query, retry: false })
  }
  await Promise.allSettled([
    listed,
    queryClient.query({ ...connections(), retry: false }),
    // Does not load events during a connect flow, because it may connect the calendar.
    !isConnecting && prefetchEvents(),
  ])
  return dehydrate(queryClient)
}

function fill(template: string, { app, state }: { app: string; state: RenderedState }): string {
  const json = JSON.stringify(state).replaceAll('<', '\\u003c') // so that no text can end the script element
  return template.replace('<!--app-->', () => app).replace('>{}<', () => `>${json}<`)
}
