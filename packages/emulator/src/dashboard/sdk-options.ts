import type { Context } from '../context.js'
import { type Html, html } from '../page.js'
import { optionsOfSdks } from '../sdk-options.js'

/** What to put into which option of which SDK, and who may log in. */
export function sdkOptions({ url, tenant }: Context): Html {
  const rows = optionsOfSdks(url, tenant.clients).map(
    ([name, code]) => html`<dt>${name}</dt><dd><code>${code}</code></dd>
`,
  )
  return html`<dl class="sdks">
${rows}</dl>
<p class="hint">Every user of the tenant's data logs in with their email address and password; by default that is
<code>password</code>.</p>`
}
