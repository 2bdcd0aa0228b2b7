import type { Tenancy } from '../../context/context.js'
import { html, pageResponse } from '../../pages/page.js'
import { scopeList } from '../../pages/scope-list.js'
import type { Consent, Consents } from './consents.js'
import { type InteractionRequest, type Interactions, serveInteraction } from './interaction-page.js'

/** Returns the path of an interaction's consent page. */
export function consentPath(uid: string): string {
  return `/u/consent/${uid}`
}

/** The options of `serveConsentPage`. */
export interface ConsentPageOptions extends Interactions {
  context: Tenancy
  consents: Consents
}

/** Serves the page on which the user allows or declines the access that an application requests. */
export function serveConsentPage(options: ConsentPageOptions): void {
  serveInteraction(options, { prompt: 'consent', path: consentPath }, (given) =>
    respondToConsent(options, given),
  )
}

async function respondToConsent(
  { context, consents }: ConsentPageOptions,
  { method, form, interaction, finish }: InteractionRequest,
): Promise<Response | string> {
  const { details } = interaction.prompt
  const consent = details as typeof details & Consent // the policy's check returns them
  if (method !== 'POST') return consentPage(context, consent)
  if (form.get('decision') !== 'accept') {
    const error_description = 'User did not authorize the request'
    return finish({ error: 'access_denied', error_description })
  }
  consents.add(consent)
  return finish({ consent: {} })
}

function consentPage(
  { tenant, users }: Tenancy,
  { clientId, userId, audience, scopes }: Consent,
): Response {
  const application = tenant.clients.find(({ client_id }) => client_id === clientId)?.name
  const api = tenant.apis.find(({ identifier }) => identifier === audience)?.name
  const body = html`<p>It asks for access to ${api ?? 'your profile'} for ${users.find(userId)?.email}.</p>
${scopes.length > 0 && scopeList(scopes)}
<form method="post" class="actions">
<button name="decision" value="accept">Accept</button>
<button class="secondary" name="decision" value="decline">Decline</button>
</form>`
  return pageResponse({ title: `Authorize ${application}?`, eyebrow: 'Emulated tenant', body })
}
