import { html, pageResponse } from '../page.js'
import type { Connection } from '../tenant.js'

/** What the login page shows. */
export interface LoginForm {
  /** Name of the application that the person goes on to. */
  application: string
  /** Name of the organization that the person logs in to, if any. */
  organization?: string
  /** Whether people may log in with a password. */
  hasPassword: boolean
  /** What stands in the field for the email address. */
  username: string
  /** Those with a button. */
  connections: readonly Connection[]
  isWrong?: boolean
}

/** The login page: a form with `#username` and `#password`, and a button for each other connection. */
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

// A form of their own, so that the Enter key in a field presses Continue, and no empty field is in their way.
function connectionButtons(connections: readonly Connection[]) {
  const buttons = connections.map(
    ({ name, display_name }) => html`
<button class="secondary" name="connection" value="${name}">Continue with ${display_name}</button>`,
  )
  return html`<form method="post" class="connections">${buttons}
</form>`
}
