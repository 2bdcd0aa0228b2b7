import { html, pageResponse } from '../../pages/page.js'
import { notEmulated } from '../../resource-server/not-emulated.js'
import { refuseEarly } from './early-refusal.js'
import type { OidcMiddleware } from './env.js'

/** Responds with 501 at the paths that Auth0 has and the emulator has not: with a page to browsers, and with JSON to programs. */
export const refuseNotEmulated: OidcMiddleware = async (c, next) => {
  const reason = notEmulated(c.req.path)
  if (reason === undefined) return next()
  if (!c.req.header('accept')?.includes('text/html')) {
    const body = { error: 'not_emulated', error_description: reason }
    return refuseEarly(c.req.raw, { status: 501, body })
  }
  return pageResponse({ title: 'Not emulated', body: html`<p>${reason}</p>` }, 501)
}
