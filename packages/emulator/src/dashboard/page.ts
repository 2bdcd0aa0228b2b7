import { Hono } from 'hono'
import { raw } from 'hono/html'
import type { Context } from '../context/context.js'
import { refuseForeign } from '../control/guard.js'
import { html, htmlDocument } from '../pages/page.js'
import type { ConnectedAccounts } from '../vault/connected-accounts.js'
import script from './client/main.client.js?raw'
import style from './client/style.css?raw'
import { clockControls } from './clock.js'
import { findTab, tabLinks } from './tabs/tabs.js'

/**
 * Creates the page at `/`. Its tabs show what to paste into an application, the requests, the users, the tenant and the faults, and
 * change them with the control API. The same guard protects it, and it never shows a token, a code or a secret of a flow.
 */
export function createDashboard(context: Context, accounts: ConnectedAccounts): Hono {
  const app = new Hono()
  app.get('/', refuseForeign(context.url), (c) => {
    const nonce = crypto.randomUUID()
    return new Response(pageOf({ context, accounts, nonce, tab: c.req.query('tab') }), {
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

interface PageOptions {
  context: Context
  accounts: ConnectedAccounts
  /** The nonce of its script for the Content Security Policy. */
  nonce: string
  /** The `tab` of the URL. */
  tab: string | undefined
}

// Its script fetches the page again and updates the parts with `data-live`.
function pageOf({ context, accounts, nonce, tab }: PageOptions): string {
  const { url } = context
  const shown = findTab(tab)
  const body = html`<header>
<div>
<p class="eyebrow">Connected Accounts emulator <span class="badge">for development only</span></p>
<h1>${url}</h1>
</div>
${clockControls(context)}
</header>
<nav aria-label="Sections" data-live id="tabs">${tabLinks(context, shown)}</nav>
<p id="said" role="status"></p>
<noscript><p class="error">Without JavaScript, the page shows everything, but its buttons and forms do not work, and you must reload it to see news.</p></noscript>
<main data-live id="main">
${shown.content(context, accounts)}
</main>
<script type="module" nonce="${nonce}">${raw(script)}</script>`
  return htmlDocument({ title: `${shown.title} – emulator at ${new URL(url).host}`, style, body })
}
