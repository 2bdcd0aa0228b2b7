import { Hono } from 'hono'
import type { Context } from '../context/context.js'
import { refuseForeign } from '../control/guard.js'
import { type Html, html } from '../pages/page.js'
import type { ConnectedAccounts } from '../vault/connected-accounts.js'
import { dashboardScript } from './client/script.js'
import { dashboardStyle } from './client/style.js'
import { clockControls, faultForm, switchForm, waitingFaults } from './controls.js'
import { requestTable } from './requests.js'
import { sdkOptions } from './sdk-options.js'
import { logTable } from './tenant-log.js'
import { userList } from './users.js'

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

interface DocumentOptions {
  context: Context
  accounts: ConnectedAccounts
  /** The nonce of its script for the Content Security Policy. */
  nonce: string
}

// The script of the page fetches the page again and replaces the parts with `data-live` that have changed.
function document({ context, accounts, nonce }: DocumentOptions): string {
  const { url } = context
  return html`<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="color-scheme" content="light dark">
<title>Emulated tenant ${new URL(url).host}</title>
<link rel="icon" href="data:,">
<style>${{ html: dashboardStyle }}</style>
</head>
<body>
<header>
<div>
<p class="eyebrow">Emulated tenant <span class="badge">for development only</span></p>
<h1>${url}</h1>
</div>
${clockControls(context)}
</header>
<p id="said" role="status"></p>
<main>
<div class="column">
${section('requests', 'Requests', onlyProblems, live('requests', requestTable(context)))}
${section('users', 'Users and vault', undefined, live('users', userList(context, accounts)))}
${section('log', 'Tenant log', undefined, live('log', logTable(context)))}
${section('sdks', 'For your SDK', undefined, sdkOptions(context))}
</div>
<div class="column">
${section('faults', 'Faults', undefined, html`${faultForm()}${live('waiting', waitingFaults(context))}`)}
${section('switches', 'Switches', undefined, live('switches', switchForm(context)))}
</div>
</main>
<script nonce="${nonce}">${{ html: dashboardScript }}</script>
</body>
</html>
`.html
}

const onlyProblems = html`<label class="only"><input type="checkbox" id="only"> Problems only</label>`

function section(id: string, title: string, beside: Html | undefined, body: Html): Html {
  return html`<section aria-labelledby="${id}-title">
<div class="title"><h2 id="${id}-title">${title}</h2>${beside}</div>
${body}
</section>
`
}

function live(id: string, body: Html): Html {
  return html`<div data-live id="${id}">${body}</div>`
}
