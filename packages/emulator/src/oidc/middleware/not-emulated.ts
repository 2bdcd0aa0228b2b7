import type { Provider } from 'oidc-provider'
import { html, pageResponse } from '../../pages/page.js'
import { notEmulated } from '../../resource-server/not-emulated.js'
import { refuseEarly } from './early-refusal.js'

/** Responds with 501 at the paths that Auth0 has and the emulator has not: with a page to browsers, and with JSON to programs. */
export function refuseNotEmulated(provider: Provider): void {
  provider.use(async (ctx, next) => {
    const reason = notEmulated(ctx.path)
    if (reason === undefined) return next()
    if (!ctx.get('accept').includes('text/html')) {
      const body = { error: 'not_emulated', error_description: reason }
      return refuseEarly(ctx, { status: 501, body })
    }
    const page = pageResponse({ title: 'Not emulated', body: html`<p>${reason}</p>` }, 501)
    ctx.status = page.status
    ctx.set(Object.fromEntries(page.headers))
    ctx.body = await page.text()
  })
}
