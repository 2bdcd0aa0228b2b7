import type { ErrorOut, KoaContextWithOIDC } from 'oidc-provider'
import { errorPage } from '../../pages/error-page.js'
import { type Html, html } from '../../pages/page.js'

/** Shows an error that cannot be sent to the application, because it is not known where to. */
export async function renderError(
  ctx: KoaContextWithOIDC,
  { error, error_description = 'The request is not valid.' }: ErrorOut,
): Promise<void> {
  // oidc-provider's message is about registered URLs, which this server does not have.
  const reason =
    error === 'invalid_redirect_uri'
      ? `Callback URL mismatch: ${ctx.query.redirect_uri} is not in the list of allowed callback URLs`
      : error_description
  const page = errorPage({
    title: 'This request is not possible',
    reason,
    advice: adviceFor(error, ctx),
    code: error,
    status: ctx.status,
  })
  ctx.set(Object.fromEntries(page.headers))
  ctx.body = await page.text()
}

function adviceFor(error: string, { query }: KoaContextWithOIDC): Html | string {
  const clientId = String(query.client_id ?? '')
  if (error === 'invalid_redirect_uri') {
    return html`Add the URL to <code>callbacks</code> of the client <code>${clientId}</code>, or change <code>redirect_uri</code> in the application.`
  }
  if (error === 'invalid_client') {
    return html`Use a client ID that the tenant has. The emulator lists them <a href="/?tab=tenant">with the tenant</a>.`
  }
  return 'Go back to the application and log in again. If the error comes again, correct the request that it sends.'
}
