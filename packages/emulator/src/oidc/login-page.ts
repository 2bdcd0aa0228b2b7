import type { IncomingMessage, ServerResponse } from 'node:http'
import { errors, type Provider } from 'oidc-provider'
import type { Context } from '../context.js'
import { html, pageResponse } from '../page.js'
import { isSameSecret } from '../secrets.js'
import { readNodeText } from './request-form.js'

/** Where the login page of an interaction is. */
export function loginPath(uid: string): string {
  return `/u/login/${uid}`
}

/** Serves the login page: a form with `#username` and `#password`, for the users of the tenant. */
export function serveLoginPage(provider: Provider, context: Context): void {
  provider.use(async (ctx, next) => {
    if (!ctx.path.startsWith(loginPath(''))) return next()
    const page = await login(provider, context, ctx.req, ctx.res).catch(explain)
    if (typeof page === 'string') {
      ctx.status = 303
      return ctx.redirect(page)
    }
    ctx.status = page.status
    ctx.set(Object.fromEntries(page.headers))
    ctx.body = await page.text()
  })
}

/** A page, or the URL with which the authorization goes on. */
async function login(
  provider: Provider,
  { tenant }: Context,
  request: IncomingMessage,
  response: ServerResponse,
): Promise<Response | string> {
  const { params } = await provider.interactionDetails(request, response)
  const client = tenant.clients.find(({ client_id }) => client_id === params.client_id)
  const application = client?.name ?? 'an application'
  if (request.method !== 'POST') {
    const hint = typeof params.login_hint === 'string' ? params.login_hint : ''
    return loginPage({ application, username: hint })
  }
  const form = new URLSearchParams(await readNodeText(request))
  const username = form.get('username')?.trim() ?? ''
  const user = tenant.users.find(({ email }) => email.toLowerCase() === username.toLowerCase())
  if (!user || !isSameSecret(user.password, form.get('password') ?? '')) {
    return loginPage({ application, username, isWrong: true })
  }
  const result = { login: { accountId: user.user_id } }
  return provider.interactionResult(request, response, result, { mergeWithLastSubmission: false })
}

interface LoginPage {
  application: string
  username: string
  isWrong?: boolean
}

function loginPage({ application, username, isWrong = false }: LoginPage): Response {
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
</form>`
  return pageResponse({ title: 'Log in', eyebrow: 'Emulated tenant', body }, isWrong ? 400 : 200)
}

function explain(error: unknown): Response {
  if (!(error instanceof errors.SessionNotFound)) throw error
  const body = html`<p>It was used already, or it is too old. Go back to the application and log in again.</p>`
  return pageResponse({ title: 'This login is over', body }, 400)
}
