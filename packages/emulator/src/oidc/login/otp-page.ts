import type { Tenancy } from '../../context/context.js'
import { factorsOf } from '../../oauth/my-account-policy.js'
import { html, pageResponse } from '../../pages/page.js'
import type { MfaTimes } from '../mfa/mfa-times.js'
import type { OneTimePasswords } from '../mfa/one-time-password.js'
import { type InteractionRequest, type Interactions, serveInteraction } from './interaction-page.js'

/** Returns the path of an interaction's page for the one-time password. */
export function otpPath(uid: string): string {
  return `/u/mfa-otp-challenge/${uid}`
}

/** The options of `serveOtpPage`. */
export interface OtpPageOptions extends Interactions {
  context: Tenancy
  mfaTimes: MfaTimes
  oneTimePasswords: OneTimePasswords
}

/** Serves the page that asks the user for a one-time password. It also shows the password, because nobody has an authenticator app here. */
export function serveOtpPage(options: OtpPageOptions): void {
  serveInteraction(options, { prompt: 'mfa', path: otpPath }, (given) =>
    respondToOtp(options, given),
  )
}

async function respondToOtp(
  { context, mfaTimes, oneTimePasswords }: OtpPageOptions,
  { method, form, interaction, finish }: InteractionRequest,
): Promise<Response | string> {
  const factors = factorsOf(context.tenant, interaction.session?.accountId)
  const isWrong = method === 'POST' && !oneTimePasswords.accept(factors, form.get('code') ?? '')
  if (method !== 'POST' || isWrong) return otpForm(factors.map(oneTimePasswords.show), { isWrong })
  mfaTimes.pass(interaction.session?.uid ?? '')
  return finish({ mfa: {} })
}

// A form with `#code`, as on Auth0's page.
function otpForm(passwords: readonly string[], { isWrong }: { isWrong: boolean }): Response {
  const described = isWrong && html` aria-invalid="true" aria-describedby="error"`
  const shown = passwords.map(
    (password) => html`<p class="muted">The authenticator app shows <code>${password}</code></p>`,
  )
  const body = html`
<p>Enter the one-time password of your authenticator app.</p>
${shown}
${isWrong && html`<p class="error" role="alert" id="error">Wrong one-time password.</p>`}
<form method="post">
<label for="code">One-time password</label>
<input id="code" name="code" inputmode="numeric" autocomplete="one-time-code" required autofocus${described}>
<button type="submit">Continue</button>
</form>`
  const title = 'Verify your identity'
  return pageResponse({ title, eyebrow: 'Emulated tenant', body }, isWrong ? 400 : 200)
}
