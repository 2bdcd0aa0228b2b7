import { Hono } from 'hono'
import type { Context } from '../context/context.js'
import { refuseForeign } from '../control/guard.js'
import type { ConnectedAccounts } from '../vault/connected-accounts.js'
import { document } from './page.js'

/**
 * Creates the page at `/`. It shows the tenant, the requests, the faults and the switches, and changes them with the control API.
 * The same guard protects it, and it never shows a token, a code or a secret of a flow.
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
