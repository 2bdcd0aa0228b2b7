import type { InteractionResults } from 'oidc-provider'
import type { ProviderFlows } from '../../connect/provider-flow.js'
import type { Tenancy } from '../../context/context.js'
import { createExpiringMap, type ExpiringMap } from '../../memory/expiring-map.js'
import { isSameSecret } from '../../memory/random.js'
import { type Html, html, pageResponse } from '../../pages/page.js'
import { connectionsFor, DATABASE, findOrganization, logsInWith } from '../../tenant/connections.js'
import type { Connection, User } from '../../tenant/tenant.js'
import type { ProviderGrant } from '../../upstream/client.js'
import { type InteractionRequest, type Interactions, serveInteraction } from './interaction-page.js'

/** Returns the path of an interaction's login page. */
export function loginPath(uid: string): string {
  return `/u/login/${uid}`
}

/** The options of `serveLoginPage`. */
export interface LoginPageOptions extends Interactions {
  context: Tenancy
  providerFlows: ProviderFlows
}

interface Call extends LoginPageOptions, InteractionRequest {
  /** The results of logins at a third party, by interaction. */
  results: ExpiringMap<InteractionResults>
}

/** How many users the page offers to log in as, without a password. */
const PEOPLE_SHOWN = 5

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
  serveInteraction(options, { prompt: 'login', path: loginPath }, (given) =>
    respondToLogin({ ...options, ...given, results }),
  )
  return { clear: results.clear }
}

/** Returns a page, or the URL to which the login continues. */
async function respondToLogin(call: Call): Promise<Response | string> {
  const { context, method, interaction, results } = call
  const { uid, params } = interaction
  const result = results.take(uid)
  if (result) return finishLogin(call, result)
  const organization = findOrganization(context.tenant, params.organization)
  const all = connectionsFor(context.tenant, 'authentication', String(params.client_id)).filter(
    ({ name }) => logsInWith(organization, name),
  )
  const named = all.find(({ name }) => name === params.connection)
  if (named) return redirectToProvider(call, { uid, params, connections: [] }, named)
  const login = { uid, params, connections: params.connection === DATABASE ? [] : all }
  if (method === 'POST') return submitPassword(call, login)
  const hint = typeof params.login_hint === 'string' ? params.login_hint : ''
  return loginForm({ ...formOf(call, login), username: hint })
}

async function submitPassword(call: Call, login: Login): Promise<Response | string> {
  const { form } = call
  const connection = login.connections.find(({ name }) => name === form.get('connection'))
  if (connection) return redirectToProvider(call, login, connection)
  const { users } = call.context.tenant
  const shown = formOf(call, login)
  const picked = shown.people.find(({ user_id }) => user_id === form.get('user'))
  if (picked) return finishLogin(call, { login: { accountId: picked.user_id } })
  const username = form.get('username')?.trim() ?? ''
  const user = users.find(({ email }) => email.toLowerCase() === username.toLowerCase())
  const isRight = user && isSameSecret(user.password, form.get('password') ?? '')
  if (!isRight || !shown.hasPassword) return loginForm({ ...shown, username, isWrong: true })
  return finishLogin(call, { login: { accountId: user.user_id } })
}

function formOf({ context }: Call, { params, connections }: Login) {
  const client = context.tenant.clients.find(({ client_id }) => client_id === params.client_id)
  const organization = findOrganization(context.tenant, params.organization)
  const hasPassword = logsInWith(organization, DATABASE)
  return {
    application: client?.name ?? 'an application',
    connections,
    hasPassword,
    people: hasPassword ? context.tenant.users.slice(0, PEOPLE_SHOWN) : [],
    ...(organization && { organization: organization.display_name }),
  }
}

async function redirectToProvider(
  { context, providerFlows, results }: Call,
  { uid, params }: Login,
  connection: Connection,
): Promise<string> {
  const { connection_scope, login_hint } = params
  const added = typeof connection_scope === 'string' ? connection_scope.split(/[ ,]+/) : []
  const expiresAt = context.now() + 600_000
  const url = await providerFlows.start({
    connection,
    scopes: [...connection.scopes, ...added.filter(Boolean)],
    parameters: typeof login_hint === 'string' ? { login_hint } : {},
    expiresAt,
    nextUrl(outcome) {
      const result = 'grant' in outcome ? logInWith(context, connection, outcome.grant) : outcome
      results.set(uid, result, expiresAt)
      // Only the browser that began the login has the cookie to continue there.
      return new URL(loginPath(uid), context.url)
    },
  })
  return url.href
}

function logInWith(
  { users }: Tenancy,
  connection: Connection,
  { subject, ...profile }: ProviderGrant,
): InteractionResults {
  if (subject !== undefined) {
    return { login: { accountId: users.logIn(connection, { subject, ...profile }).user_id } }
  }
  return { error: 'server_error', error_description: 'The provider sent no user ID' }
}

function finishLogin({ finish }: Call, result: InteractionResults): Promise<string> {
  return finish(result, { mergeWithLastSubmission: false })
}

interface LoginForm {
  /** The name of the application. */
  application: string
  /** The name of the organization that the user logs in to, if there is one. */
  organization?: string
  /** True if users can log in with a password. */
  hasPassword: boolean
  /** The users who have a button, which needs no password. */
  people: readonly User[]
  /** The value of the field for the email address. */
  username: string
  /** The connections that have a button. */
  connections: readonly Connection[]
  isWrong?: boolean
}

// Buttons that log in as a user, a form with `#username` and `#password`, and a button for each connection to a third party.
function loginForm(form: LoginForm): Response {
  const { application, organization, connections, hasPassword, people, isWrong = false } = form
  const body = html`<p class="muted">Log in to continue to ${application}. This is the login page of the emulator, not of Auth0.</p>
${isWrong && html`<p class="error" role="alert" id="error">Wrong email or password.</p>`}
${people.length > 0 && personButtons(people)}
${people.length > 0 && html`<p class="or">or with a password</p>`}
${hasPassword && passwordForm(form)}
${hasPassword && connections.length > 0 && html`<p class="or">or with an account</p>`}
${connections.length > 0 && connectionButtons(connections)}`
  const eyebrow = organization ?? 'Emulated tenant'
  return pageResponse({ title: 'Log in', eyebrow, body }, isWrong ? 400 : 200)
}

function personButtons(people: readonly User[]): Html {
  const buttons = people.map(
    ({ user_id, name, email }) => html`
<button class="person" name="user" value="${user_id}"><span class="initial" aria-hidden="true">${[...name][0]?.toUpperCase()}</span>
<span><strong>Log in as ${name}</strong> <small>${email}</small></span></button>`,
  )
  return html`<form method="post" class="stack">${buttons}
</form>`
}

function passwordForm({ username, isWrong = false }: LoginForm): Html {
  const described = isWrong && html` aria-invalid="true" aria-describedby="error"`
  const focus = html` autofocus`
  return html`<form method="post">
<label for="username">Email address</label>
<input id="username" name="username" inputmode="email" autocomplete="username" required
 value="${username}"${described}${username === '' && focus}>
<label for="password">Password</label>
<input id="password" name="password" type="password" autocomplete="current-password" required${described}${username !== '' && focus}>
<button type="submit">Continue</button>
</form>`
}

// The buttons have forms of their own, so that the Enter key presses Continue, and the required fields do not block them.
function connectionButtons(connections: readonly Connection[]): Html {
  const buttons = connections.map(
    ({ name, display_name }) => html`
<button class="secondary" name="connection" value="${name}">Continue with ${display_name}</button>`,
  )
  return html`<form method="post" class="stack">${buttons}
</form>`
}
