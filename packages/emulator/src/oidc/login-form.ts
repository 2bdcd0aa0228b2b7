import { html, pageResponse } from '../page.js'
import type { Connection } from '../tenant.js'

/** What the login page shows. */
export interface LoginForm {
  /** Name of the application that the person goes on to. */
  application: string
  /** What stands in the field for the email address. */
  username: string
  /** Those with a button. */
  connections: readonly Connection[]
  isWrong?: boolean
}

/** The login page: a form with `#username` and `#password`, and a button for each other connection. */
export function loginForm({
  application,
  username,
  connections,
  isWrong = false,
}: LoginForm): Response {
  const alert = html`<p class="error" role="alert" id="error">Wrong email or password.</p>`
  const described = isWrong && html` aria-invalid="true" aria-describedby="error"`
  const focus = html` autofocus`
  const body = html`
<p class="muted">to go on to ${application}</p>
${isWrong && alert}
<form method="post">
<label for="username">Email address</label>
<input id="username" name="username" inputmode="email" autocomplete="username" required
 value="${username}"${described}${username === '' && focus}>
<label for="password">Password</label>
<input id="password" name="password" type="password" autocomplete="current-password" required${described}${username !== '' && focus}>
<button type="submit">Continue</button>
</form>
${connections.length > 0 && connectionButtons(connections)}`
  return pageResponse({ title: 'Log in', eyebrow: 'Emulated tenant', body }, isWrong ? 400 : 200)
}

// A form of their own, so that the Enter key in a field presses Continue, and no empty field is in their way.
function connectionButtons(connections: readonly Connection[]) {
  const buttons = connections.map(
    ({ name, display_name }) => html`
<button class="secondary" name="connection" value="${name}">Continue with ${display_name}</button>`,
  )
  return html`<p class="or">or</p>
<form method="post" class="connections">${buttons}
</form>`
}
