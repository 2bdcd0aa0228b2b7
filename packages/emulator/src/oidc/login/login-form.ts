import { html, pageResponse } from '../../pages/page.js'
import type { Connection } from '../../tenant/tenant.js'

/** The content of the login page. */
export interface LoginForm {
  /** The name of the application. */
  application: string
  /** The name of the organization that the user logs in to, if there is one. */
  organization?: string
  /** True if users can log in with a password. */
  hasPassword: boolean
  /** The value of the field for the email address. */
  username: string
  /** The connections that have a button. */
  connections: readonly Connection[]
  isWrong?: boolean
}

/** Returns the login page: a form with `#username` and `#password`, and a button for each connection to a third party. */
export function loginForm(form: LoginForm): Response {
  const { application, organization, connections, hasPassword, isWrong = false } = form
  const body = html`
<p class="muted">to continue to ${application}</p>
${isWrong && html`<p class="error" role="alert" id="error">Wrong email or password.</p>`}
${hasPassword && passwordForm(form)}
${hasPassword && connections.length > 0 && html`<p class="or">or</p>`}
${connections.length > 0 && connectionButtons(connections)}`
  const eyebrow = organization ?? 'Emulated tenant'
  return pageResponse({ title: 'Log in', eyebrow, body }, isWrong ? 400 : 200)
}

function passwordForm({ username, isWrong = false }: LoginForm) {
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

// The buttons have a separate form, so that the Enter key presses Continue, and the required fields do not block them.
function connectionButtons(connections: readonly Connection[]) {
  const buttons = connections.map(
    ({ name, display_name }) => html`
<button class="secondary" name="connection" value="${name}">Continue with ${display_name}</button>`,
  )
  return html`<form method="post" class="connections">${buttons}
</form>`
}
