import { Hono } from 'hono'
import type { ConnectedAccounts } from '../connected-accounts.js'
import type { Context } from '../context.js'
import { refuseForeign } from '../control-guard.js'
import { document } from './document.js'

/**
 * The page at `/`: what the tenant has, what was asked of it, and how it behaves, which the page changes by the control API.
 * It is guarded as that is, and never shows a token, code or secret of a flow.
 */
export function createDashboard(context: Context, accounts: ConnectedAccounts): Hono {
  const app = new Hono()
  app.get('/', refuseForeign(context.url), () => {
    const nonce = crypto.randomUUID()
    return new Response(document({ context, accounts, nonce }), {
      headers: {
        'content-type': 'text/html; charset=utf-8',
        'cache-control': 'no-store',
        'content-security-policy': [
          "default-src 'none'",
          "connect-src 'self'",
          `script-src 'nonce-${nonce}'`,
          "style-src 'unsafe-inline'",
          'img-src data:',
          "base-uri 'none'",
          "form-action 'none'",
          "frame-ancestors 'none'",
        ].join('; '),
        'referrer-policy': 'no-referrer',
      },
    })
  })
  return app
}
