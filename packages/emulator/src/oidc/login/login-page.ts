import type { InteractionResults, Provider } from 'oidc-provider'
import type { Trips } from '../../connect/provider-flow.js'
import type { Context } from '../../context/context.js'
import { createExpiringMap, type ExpiringMap } from '../../memory/expiring-map.js'
import { isSameSecret } from '../../memory/random.js'
import { connectionsFor, DATABASE, findOrganization, logsInWith } from '../../tenant/connections.js'
import type { Connection } from '../../tenant/tenant.js'
import { type InteractionRequest, serveInteraction } from './interaction-page.js'
import { loginForm } from './login-form.js'

/** Returns the path of an interaction's login page. */
export function loginPath(uid: string): string {
  return `/u/login/${uid}`
}

/** The options of `serveLoginPage`. */
export interface LoginPageOptions {
  provider: Provider
  context: Context
  trips: Trips
}

interface Call extends LoginPageOptions, InteractionRequest {
  /** The results of logins at a third party, by interaction. */
  results: ExpiringMap<InteractionResults>
}

interface Login {
  uid: string
  params: Record<string, unknown>
  /** The connections that the user can choose. */
  connections: Connection[]
}

/**
 * Serves the login page. Users of the tenant log in with their password, others at the third party of a connection. If the request
 * names a connection, the page redirects there immediately. `clear` deletes the results of logins at third parties.
 */
export function serveLoginPage(options: LoginPageOptions): { clear(): void } {
  const results = createExpiringMap<InteractionResults>(options.context.now)
  serveInteraction(options.provider, { prompt: 'login', path: loginPath }, (given) =>
    answer({ ...options, ...given, results }),
  )
  return { clear: results.clear }
}

/** Returns a page, or the URL to which the login continues. */
async function answer(call: Call): Promise<Response | string> {
  const { context, request, interaction, results } = call
  const { uid, params } = interaction
  const result = results.take(uid)
  if (result) return finish(call, result)
  const organization = findOrganization(context.tenant, params.organization)
  const all = connectionsFor(context.tenant, 'authentication', String(params.client_id)).filter(
    ({ name }) => logsInWith(organization, name),
  )
  const named = all.find(({ name }) => name === params.connection)
  if (named) return leave(call, { uid, params, connections: [] }, named)
  const login = { uid, params, connections: params.connection === DATABASE ? [] : all }
  if (request.method === 'POST') return submit(call, login)
  const hint = typeof params.login_hint === 'string' ? params.login_hint : ''
  return loginForm({ ...formOf(call, login), username: hint })
}

async function submit(call: Call, login: Login): Promise<Response | string> {
  const { form } = call
  const connection = login.connections.find(({ name }) => name === form.get('connection'))
  if (connection) return leave(call, login, connection)
  const { users } = call.context.tenant
  const username = form.get('username')?.trim() ?? ''
  const user = users.find(({ email }) => email.toLowerCase() === username.toLowerCase())
  const shown = formOf(call, login)
  const isRight = user && isSameSecret(user.password, form.get('password') ?? '')
  if (!isRight || !shown.hasPassword) return loginForm({ ...shown, username, isWrong: true })
  return finish(call, { login: { accountId: user.user_id } })
}

function formOf({ context }: Call, { params, connections }: Login) {
  const client = context.tenant.clients.find(({ client_id }) => client_id === params.client_id)
  const organization = findOrganization(context.tenant, params.organization)
  return {
    application: client?.name ?? 'an application',
    connections,
    hasPassword: logsInWith(organization, DATABASE),
    ...(organization && { organization: organization.display_name }),
  }
}

async function leave(
  { context, trips, results }: Call,
  { uid, params }: Login,
  connection: Connection,
): Promise<string> {
  const { connection_scope, login_hint } = params
  const added = typeof connection_scope === 'string' ? connection_scope.split(/[ ,]+/) : []
  const expiresAt = context.now() + 600_000
  const url = await trips.depart({
    connection,
    scopes: [...connection.scopes, ...added.filter(Boolean)],
    parameters: typeof login_hint === 'string' ? { login_hint } : {},
    expiresAt,
    comeBack(outcome) {
      const result =
        'grant' in outcome
          ? { login: { accountId: context.users.logIn(connection, outcome.grant).user_id } }
          : outcome
      results.set(uid, result, expiresAt)
      // Only the browser that began the login has the cookie to continue there.
      return new URL(loginPath(uid), context.url)
    },
  })
  return url.href
}

function finish(
  { provider, request, response }: Call,
  result: InteractionResults,
): Promise<string> {
  return provider.interactionResult(request, response, result, { mergeWithLastSubmission: false })
}
