import type { Provider } from 'oidc-provider'
import { errorPage } from '../../pages/error-page.js'
import { html } from '../../pages/page.js'

/** Shows a page to a browser that opens an address which does not exist. Programs get the 404 without a page. */
export function serveUnknownPage(provider: Provider): void {
  provider.use(async (ctx, next) => {
    await next()
    const isUnknown = ctx.status === 404 && ctx.body === undefined && ctx.method === 'GET'
    if (!isUnknown || !ctx.get('accept').includes('text/html')) return
    const page = errorPage({
      title: 'This page does not exist',
      reason: `The emulator has no page at ${ctx.path}.`,
      advice: html`Check the address. The emulator shows <a href="/">what to paste into an application</a>.`,
      status: 404,
    })
    ctx.set(Object.fromEntries(page.headers))
    ctx.body = await page.text()
    ctx.status = page.status
  })
}
