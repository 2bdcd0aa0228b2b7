import type { Tenancy } from '../../context/context.js'
import { type Html, html } from '../../pages/page.js'
import { cell, row, section, table } from '../table.js'
import { snippetsOf } from './snippets.js'

/** How many users are listed. */
const SHOWN = 20

/** Returns the tab with what to paste into an application for each SDK, and who can log in. */
export function getStartedTab(context: Tenancy): Html {
  const sdks = section({
    id: 'sdks',
    title: 'Paste into your application',
    intro: 'Take the SDK that you use. The callback URL can be any page on localhost.',
    body: html`${snippetsOf(context).map(snippet)}`,
  })
  const values = section({
    id: 'values',
    title: 'Values',
    intro: 'For any other SDK, and for your environment variables.',
    body: html`<dl class="values">${valuesOf(context).map(value)}</dl>`,
  })
  const users = section({
    id: 'logins',
    title: 'Who can log in',
    intro: 'With one click on the login page, or with these passwords.',
    body: logins(context),
  })
  return html`<div class="columns"><div class="column">${sdks}</div><div class="column">${values}${users}</div></div>`
}

function snippet({ id, title, code }: ReturnType<typeof snippetsOf>[number]): Html {
  return html`<article id="sdk-${id}">
<div class="title"><h3>${title}</h3>${copyButton(title)}</div>
<pre tabindex="0" role="region" aria-label="Code for ${title}"><code data-copied>${code}</code></pre>
</article>
`
}

function value([name, text]: [name: string, text: string]): Html {
  return html`<div><dt>${name}</dt><dd><code data-copied>${text}</code>${copyButton(name)}</dd></div>
`
}

// The script shows it, because it does nothing without the script.
function copyButton(what: string): Html {
  return html`<button type="button" class="copy" data-copy aria-label="Copy ${what}">Copy</button>`
}

function valuesOf({ url, tenant, myAccountAudience }: Tenancy): [name: string, text: string][] {
  const api = tenant.apis.find(({ identifier }) => identifier === myAccountAudience)
  return [
    ['Domain', url],
    ...tenant.clients.map(({ client_id, name }): [string, string] => [
      `Client ID: ${name}`,
      client_id,
    ]),
    ['Audience of the My Account API', myAccountAudience],
    ['Its scopes', api?.scopes.join(' ') ?? ''],
    ['OpenID configuration', `${url}/.well-known/openid-configuration`],
  ]
}

function logins({ tenant }: Tenancy): Html {
  const rows = tenant.users
    .slice(0, SHOWN)
    .map(({ email, password }, index) =>
      row(`login-${index}`, [cell('Email address', email, 'wide'), cell('Password', password)]),
    )
  return table('Users who can log in', ['Email address', 'Password'], rows)
}
