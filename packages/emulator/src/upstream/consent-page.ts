import { type Html, html, pageResponse } from '../pages/page.js'
import { scopeList } from '../pages/scope-list.js'
import type { ProviderAccount } from './accounts.js'
import type { Provider } from './provider.js'

/** The content of the consent page. */
export interface ConsentPageOptions {
  provider: Provider
  /** The ID of the authorization request. */
  id: string
  scopes: readonly string[]
  /** The accounts to offer. The first one is selected. */
  accounts: readonly ProviderAccount[]
}

/** Returns the page on which the user selects an account and allows or refuses the access. */
export function consentPage({ provider, id, scopes, accounts }: ConsentPageOptions): Response {
  const name = provider.connection.display_name
  const body = html`<p>The login service at ${new URL(provider.issuer).host} asks for the access below.</p>
<form method="post" action="${provider.issuer}/consent">
<input type="hidden" name="id" value="${id}">
<fieldset>
<legend>Your account</legend>
${accounts.map((account, index) => choice(account, index === 0))}
</fieldset>
${scopes.length > 0 && scopeList(scopes)}
<div class="actions">
<button name="decision" value="allow">Allow</button>
<button class="secondary" name="decision" value="cancel">Cancel</button>
</div>
</form>`
  const page = pageResponse({ title: `Allow access to your ${name} account?`, eyebrow: name, body })
  const openerPolicy = provider.switches.get().providerOpenerPolicy
  if (openerPolicy !== 'unsafe-none') page.headers.set('cross-origin-opener-policy', openerPolicy)
  return page
}

function choice({ email, name }: ProviderAccount, picked: boolean): Html {
  return html`<label class="choice">
<input type="radio" name="account" value="${email}" required${picked && ' checked'}>
<span><strong>${name}</strong><small>${email}</small></span>
</label>
`
}
