import type { Tenancy } from '../../context/context.js'
import { html, pageResponse } from '../../pages/page.js'
import { isWebOrigin } from '../../tenant/clients.js'
import type { OidcMiddleware } from './env.js'

/**
 * Refuses a login with `response_mode=web_message` if the page's origin is not in `web_origins` of the client. It shows a page,
 * because no message may be sent to that origin.
 */
export function refuseWebOrigins({ tenant }: Tenancy): OidcMiddleware {
  return async (c, next) => {
    const { response_mode, client_id, redirect_uri } = c.req.query()
    if (response_mode !== 'web_message') return next()
    const client = tenant.clients.find((known) => known.client_id === client_id)
    if (!client || redirect_uri === undefined || !URL.canParse(redirect_uri)) return next()
    const { origin } = new URL(redirect_uri)
    if (isWebOrigin(client, origin)) return next()
    const reason = `The origin ${origin} is not an allowed web origin. Add it to web_origins of the client ${client_id}.`
    const title = 'This request is not possible'
    return pageResponse({ title, body: html`<p>${reason}</p>` }, 403)
  }
}
