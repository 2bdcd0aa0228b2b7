import { Hono } from 'hono'
import type { Context } from './context.js'
import { html, pageResponse } from './page.js'
import { randomString, sha256 } from './secrets.js'
import type { ConnectSession, Store } from './store.js'
import type { UpstreamClient } from './upstream/client.js'
import { issuerOf, upstreamClient } from './upstream/provider.js'

/** What the connect page needs. */
export interface ConnectPageOptions {
  context: Context
  store: Store
  upstream: UpstreamClient
}

/**
 * The pages between `connect` and `complete`: `/connect` and `/connected-accounts/connect` take a ticket to the third
 * party, `/login/callback` takes its answer back to the application.
 */
export function createConnectPage(options: ConnectPageOptions): Hono {
  const app = new Hono()
  for (const path of ['/connect', '/connected-accounts/connect']) {
    app.get(path, ({ req }) => depart(options, req.query('ticket') ?? ''))
  }
  app.get('/login/callback', ({ req }) => comeBack(options, new URL(req.url).searchParams))
  return app
}

async function depart({ context, store }: ConnectPageOptions, ticket: string): Promise<Response> {
  const session = store.tickets.take(ticket)
  if (!session || context.switches.get().ticket === 'expired') {
    return stop('This link to connect an account was used already, has expired, or never existed.')
  }
  const state = randomString(32)
  const codeVerifier = randomString(64)
  store.departures.set(state, { session, codeVerifier }, session.expiresAt)
  const url = new URL(`${issuerOf(context.url, session.connection.name)}/authorize`)
  url.search = new URLSearchParams({
    ...providerParameters(session),
    response_type: 'code',
    client_id: upstreamClient(session.connection.name).client_id,
    redirect_uri: `${context.url}/login/callback`,
    state,
    code_challenge: await sha256(codeVerifier),
    code_challenge_method: 'S256',
  }).toString()
  return redirect(url)
}

function providerParameters({ connection, request }: ConnectSession): Record<string, string> {
  const { max_age, ...params } = request.authorization_params ?? {}
  const scopes = new Set(request.scopes ?? connection.scopes)
  // Scopes of the request replace those of the connection, except offline_access.
  if (connection.scopes.includes('offline_access')) scopes.add('offline_access')
  // Google knows no such scope; it has a parameter instead.
  const isOffline = connection.strategy === 'google-oauth2' && scopes.delete('offline_access')
  return {
    ...(isOffline && { access_type: 'offline' }),
    ...params,
    ...(max_age !== undefined && { max_age: String(max_age) }),
    ...(scopes.size > 0 && { scope: [...scopes].join(' ') }),
  }
}

async function comeBack(
  { context, store, upstream }: ConnectPageOptions,
  query: URLSearchParams,
): Promise<Response> {
  const departure = store.departures.take(query.get('state') ?? '')
  if (!departure)
    return stop('This answer belongs to no request to connect an account, or came too late.')
  const { session, codeVerifier } = departure
  const connection = session.connection.name
  // RFC 9207 §2.4: the answer must come from the server that was asked.
  const code = query.get('iss') === issuerOf(context.url, connection) ? query.get('code') : null
  if (code === null) return refusal(context, session, query)
  const redirectUri = `${context.url}/login/callback`
  const grant = await upstream.redeem({ connection, code, codeVerifier, redirectUri })
  if (!grant) {
    return leave(context, session, {
      error: 'server_error',
      error_description: 'The provider refused its code',
    })
  }
  return leave(context, session, { connect_code: store.arrive(session, grant) })
}

function refusal(context: Context, session: ConnectSession, query: URLSearchParams): Response {
  return leave(context, session, {
    error: query.get('error') ?? 'server_error',
    error_description: query.get('error_description') ?? 'The provider did not grant access',
  })
}

// With PKCE the answer is in the query, without it in the fragment, which no server sees, unless a switch says where.
function leave(
  { switches }: Context,
  { request }: ConnectSession,
  fields: Record<string, string>,
): Response {
  const { callback } = switches.get()
  const url = new URL(request.redirect_uri)
  const answer = { ...fields, ...(request.state !== undefined && { state: request.state }) }
  const byPkce = request.code_challenge === undefined ? 'fragment' : 'query'
  if ((callback === 'by_pkce' ? byPkce : callback) === 'fragment') {
    url.hash = new URLSearchParams(answer).toString()
  } else {
    for (const [name, value] of Object.entries(answer)) url.searchParams.set(name, value)
  }
  return redirect(url)
}

function redirect(url: URL): Response {
  const headers = {
    location: url.href,
    'cache-control': 'no-store',
    'referrer-policy': 'no-referrer',
  }
  return new Response(null, { status: 302, headers })
}

function stop(reason: string): Response {
  const body = html`<p class="error" role="alert">${reason}</p>
<p class="muted">Go back to the application and start again.</p>`
  return pageResponse({ title: 'The account cannot be connected', body }, 400)
}
