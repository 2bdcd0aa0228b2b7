import type { Provider } from 'oidc-provider'
import type { Tenancy } from '../../context/context.js'
import { html, pageResponse } from '../../pages/page.js'
import { isWebOrigin } from '../../tenant/clients.js'

/**
 * Refuses a login with `response_mode=web_message` if the page's origin is not in `web_origins` of the client. It shows a page,
 * because no message may be sent to that origin.
 */
export function refuseWebOrigins(provider: Provider, { tenant }: Tenancy): void {
  provider.use(async (ctx, next) => {
    const { response_mode, client_id, redirect_uri } = ctx.query
    if (ctx.path !== '/authorize' || response_mode !== 'web_message') return next()
    const client = tenant.clients.find((known) => known.client_id === client_id)
    if (!client || typeof redirect_uri !== 'string' || !URL.canParse(redirect_uri)) return next()
    const { origin } = new URL(redirect_uri)
    if (isWebOrigin(client, origin)) return next()
    const reason = `The origin ${origin} is not an allowed web origin. Add it to web_origins of the client ${client_id}.`
    const page = pageResponse(
      { title: 'This request is not possible', body: html`<p>${reason}</p>` },
      403,
    )
    ctx.status = page.status
    ctx.set(Object.fromEntries(page.headers))
    ctx.body = await page.text()
  })
}
