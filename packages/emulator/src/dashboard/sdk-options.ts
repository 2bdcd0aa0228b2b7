import type { Tenancy } from '../context/context.js'
import { optionsOfSdks } from '../control/sdk-options.js'
import { type Html, html } from '../pages/page.js'

/** Returns the options to pass to each SDK, and a hint about the users who can log in. */
export function sdkOptions({ url, tenant }: Tenancy): Html {
  const rows = optionsOfSdks(url, tenant.clients).map(
    ([name, code]) => html`<dt>${name}</dt><dd><code>${code}</code></dd>
`,
  )
  return html`<dl class="sdks">
${rows}</dl>
<p class="hint">The users of the tenant's data log in with their email address and password. The default password is
<code>password</code>.</p>`
}
