import type { Tenancy } from '../context/context.js'
import { type Html, html } from '../pages/page.js'
import type { Person } from '../tenant/users.js'
import type { ConnectedAccounts, VaultEntry } from '../vault/connected-accounts.js'
import { cell, empty, table } from './table.js'

const SHOWN = 100

/** Returns the users of the tenant, and what Token Vault stores for their accounts, except the tokens. */
export function userList({ users, now }: Tenancy, accounts: ConnectedAccounts): Html {
  const entries = new Map<string, VaultEntry[]>()
  for (const entry of accounts.all()) {
    entries.set(entry.userId, [...(entries.get(entry.userId) ?? []), entry])
  }
  const people = users.list()
  const blocks = people
    .slice(0, SHOWN)
    .map((person) => block(person, entries.get(person.user_id) ?? [], now()))
  return html`${blocks}${more(people.length, 'users')}`
}

function block({ name, email, user_id }: Person, entries: VaultEntry[], now: number): Html {
  const rows = entries.slice(0, SHOWN).map((entry) => row(entry, now))
  const columns = ['Connection', 'Account', 'Scopes', 'Connected', 'In the vault']
  const count = entries.length === 1 ? '1 account' : `${entries.length} accounts`
  return html`<article>
<h3>${name} <span>${email}</span> <code>${user_id}</code> <span class="count">${count}</span></h3>
${rows.length > 0 ? table(`Accounts of ${name}`, columns, rows) : empty('No connected accounts.')}${more(entries.length, 'accounts')}
</article>
`
}

function row({ item, grant }: VaultEntry, now: number): Html {
  const { tokens, email = grant.subject ?? '(no user ID)' } = grant
  const account = html`${email}<br><code class="soft">${item.id}</code>${item.org_id !== undefined && html`<br><span class="soft">in ${item.org_id}</span>`}`
  const scopes = html`<ul class="scopes">${grant.scopes.map((scope) => html`<li><code>${scope}</code></li>`)}</ul>`
  const connected = html`<time datetime="${item.created_at}">${item.created_at.slice(0, 16).replace('T', ' ')}</time>`
  const vault = html`${expiry(tokens.expiresAt, now)}<br>${refresh(tokens.refreshToken !== undefined)}`
  return html`<tr>${cell('Connection', html`<b>${item.connection}</b>`)}${cell('Account', account)}${cell('Scopes', scopes, 'wide')}${cell('Connected', connected)}${cell('In the vault', vault)}</tr>
`
}

function expiry(expiresAt: number, now: number): Html {
  const minutes = Math.ceil((expiresAt - now) / 60_000)
  return minutes > 0
    ? html`<span class="pill good">access token, ${minutes} min left</span>`
    : html`<span class="pill bad">access token expired</span>`
}

function refresh(isThere: boolean): Html {
  return isThere
    ? html`<span class="pill good">refresh token</span>`
    : html`<span class="pill bad">no refresh token</span>`
}

function more(count: number, what: string): Html | false {
  return count > SHOWN && empty(`And ${count - SHOWN} more ${what}.`)
}
