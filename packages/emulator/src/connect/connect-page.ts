import { Hono } from 'hono'
import type { Context, Lab } from '../context/context.js'
import type { PageOperation } from '../faults/faults.js'
import { faultPage, meetFault } from '../faults/meet-fault.js'
import { type LogEntry, loggedRequest } from '../logs/tenant-logs.js'
import { traceOf } from '../logs/trace.js'
import { html, pageResponse } from '../pages/page.js'
import type { ProviderFlow, ProviderFlows } from './provider-flow.js'
import type { ConnectSession, Store } from './sessions.js'

/** The options of `createConnectPage`. */
export interface ConnectPageOptions {
  context: Context
  store: Store
  providerFlows: ProviderFlows
}

/**
 * Creates the routes between connect and complete. `/connect` and `/connected-accounts/connect` accept a ticket and redirect to the
 * third party. `/login/callback` receives the third party's response, also that to a login.
 */
export function createConnectPage(options: ConnectPageOptions): Hono {
  const app = new Hono()
  const page = (path: string, operation: PageOperation, answer: Answer) => {
    app.get(path, ({ req }) =>
      meetFault(options.context, {
        operation,
        answer: () => answer(options, req.raw),
        refuse: faultPage,
      }),
    )
  }
  page('/connect', 'connectPage', redirectToProvider)
  page('/connected-accounts/connect', 'connectPage', redirectToProvider)
  page('/login/callback', 'loginCallback', redirectFromProvider)
  return app
}

type Answer = (options: ConnectPageOptions, request: Request) => Promise<Response>

const unknownTicket =
  'This link to connect an account was used already, has expired, or never existed.'
const unknownFlow =
  'This callback does not belong to a login or a connect request, or it came too late.'

async function redirectFromProvider(
  { providerFlows }: ConnectPageOptions,
  request: Request,
): Promise<Response> {
  const url = await providerFlows.finish(request)
  if (url) return redirect(url)
  traceOf(request).problem = { title: 'Bad Request', detail: unknownFlow }
  return errorPage('This callback cannot be used', unknownFlow)
}

async function redirectToProvider(
  { context, store, providerFlows }: ConnectPageOptions,
  request: Request,
): Promise<Response> {
  const session = store.tickets.take(new URL(request.url).searchParams.get('ticket') ?? '')
  if (session) identify(request, session)
  if (!session || context.switches.get().ticket === 'expired') {
    logFailure(context, request, { title: 'Bad Request', detail: unknownTicket, status: 400 })
    return errorPage('The account cannot be connected', unknownTicket)
  }
  return redirect(await providerFlows.start(providerFlowOf({ context, store }, session)))
}

function providerFlowOf(
  { context, store }: Omit<ConnectPageOptions, 'providerFlows'>,
  session: ConnectSession,
): ProviderFlow {
  const { connection, request, expiresAt } = session
  const { max_age, ...params } = request.authorization_params ?? {}
  // The scopes of the request replace those of the connection, except offline_access, which always stays.
  const kept = connection.scopes.filter((scope) => scope === 'offline_access')
  return {
    connection,
    scopes: request.scopes ? [...request.scopes, ...kept] : connection.scopes,
    parameters: { ...params, ...(max_age !== undefined && { max_age: String(max_age) }) },
    expiresAt,
    nextUrl(outcome, back) {
      identify(back, session)
      if ('grant' in outcome) {
        return callbackOf(context, session, { connect_code: store.arrive(session, outcome.grant) })
      }
      logFailure(context, back, traceOf(back).problem)
      return callbackOf(context, session, outcome)
    },
  }
}

function identify(request: Request, { userId, clientId, connection }: ConnectSession): void {
  Object.assign(traceOf(request), { userId, clientId, connection: connection.name })
}

function logFailure(
  { logs }: Lab,
  request: Request,
  failure: LogEntry['failure'] = { title: 'server_error' },
): void {
  traceOf(request).problem = failure
  const type = 'connected_accounts_connection_failed'
  logs.write({ type, request: loggedRequest(request), failure })
}

// With PKCE, the parameters are in the query. Without it, they are in the fragment, which servers do not see. A switch can change this.
function callbackOf(
  { switches }: Lab,
  { request }: ConnectSession,
  fields: Record<string, string>,
): URL {
  const { callback } = switches.get()
  const url = new URL(request.redirect_uri)
  const answer = { ...fields, ...(request.state !== undefined && { state: request.state }) }
  const byPkce = request.code_challenge === undefined ? 'fragment' : 'query'
  if ((callback === 'by_pkce' ? byPkce : callback) === 'fragment') {
    url.hash = new URLSearchParams(answer).toString()
  } else {
    for (const [name, value] of Object.entries(answer)) url.searchParams.set(name, value)
  }
  return url
}

function redirect(url: URL): Response {
  const headers = {
    location: url.href,
    'cache-control': 'no-store',
    'referrer-policy': 'no-referrer',
  }
  return new Response(null, { status: 302, headers })
}

function errorPage(title: string, reason: string): Response {
  const body = html`<p class="error" role="alert">${reason}</p>
<p class="muted">Go back to the application and start again.</p>`
  return pageResponse({ title, body }, 400)
}
