import type { Context } from '../../context/context.js'
import { type Html, html } from '../../pages/page.js'
import type { Person } from '../../tenant/users.js'
import type { ConnectedAccounts, VaultEntry } from '../../vault/connected-accounts.js'
import { actionForm, inputField, selectField } from '../forms.js'
import { cell, chips, empty, row, section, table } from '../table.js'

const SHOWN = 100

/** Returns the tab with the users, what Token Vault stores for their accounts, except the tokens, and the forms to create both. */
export function usersTab(context: Context, accounts: ConnectedAccounts): Html {
  const users = section({
    id: 'users',
    title: 'Users and vault',
    intro: 'Who can log in, and which accounts they have connected. Tokens are not shown.',
    body: userList(context, accounts),
  })
  const user = section({
    id: 'new-user',
    title: 'Create a user',
    intro: 'The user can log in at once, until the emulator is reset.',
    body: userForm,
  })
  const account = section({
    id: 'new-account',
    title: 'Connect an account',
    intro: 'As if the user had allowed it at the provider, with the scopes of the connection.',
    body: accountForm(context),
  })
  return html`<div class="columns"><div class="column">${users}</div><div class="column">${user}${account}</div></div>`
}

const userForm = actionForm({
  id: 'user',
  action: 'POST users',
  done: 'The user was created.',
  submit: 'Create user',
  fields: [
    inputField({
      form: 'user',
      name: 'email',
      label: 'Email address',
      attributes: html`type="email" required placeholder="carol@example.test"`,
    }),
    inputField({
      form: 'user',
      name: 'name',
      label: 'Name',
      attributes: html`placeholder="carol"`,
    }),
    inputField({
      form: 'user',
      name: 'password',
      label: 'Password',
      attributes: html`placeholder="password"`,
    }),
  ],
})

function accountForm({ users, tenant }: Context): Html {
  const people = users.list().slice(0, SHOWN)
  const options = people.map(
    ({ user_id, name, email }) =>
      html`<option value="${user_id}">${name}${email !== '' && ` (${email})`}</option>`,
  )
  const connections = tenant.connections.map(
    ({ name, display_name }) => html`<option value="${name}">${display_name}</option>`,
  )
  const form = 'account'
  return actionForm({
    id: form,
    action: 'POST accounts',
    done: 'The account was connected.',
    submit: 'Connect account',
    fields: [
      selectField({ form, name: 'user_id', label: 'User' }, options),
      selectField({ form, name: 'connection', label: 'Connection' }, connections),
      inputField({
        form,
        name: 'emails',
        label: 'Email address at the provider',
        attributes: html`type="email" data-list placeholder="a new one"`,
      }),
    ],
  })
}

function userList({ users, now }: Context, accounts: ConnectedAccounts): Html {
  const entries = new Map<string, VaultEntry[]>()
  for (const entry of accounts.all()) {
    entries.set(entry.userId, [...(entries.get(entry.userId) ?? []), entry])
  }
  const people = users.list()
  if (people.length === 0) return empty('The tenant has no users. Create one.')
  const blocks = people
    .slice(0, SHOWN)
    .map((person, index) =>
      block({ person, entries: entries.get(person.user_id) ?? [], index, now: now() }),
    )
  return html`${blocks}${more(people.length, 'users')}`
}

interface UserBlock {
  person: Person
  entries: VaultEntry[]
  index: number
  /** The time of the emulator's clock. */
  now: number
}

function block({ person, entries, index, now }: UserBlock): Html {
  const { name, email, user_id, blocked } = person
  const rows = entries.slice(0, SHOWN).map((entry) => accountRow(entry, now))
  const columns = ['Connection', 'Account', 'Scopes', 'In the vault']
  const count = entries.length === 1 ? '1 account' : `${entries.length} accounts`
  return html`<article id="user-${index}">
<h3>${name} <span>${email}</span> <code>${user_id}</code>${blocked && html` <span class="pill bad">blocked</span>`} <span class="number">${count}</span></h3>
${rows.length > 0 ? table(`Accounts of ${name}`, columns, rows) : empty('No connected accounts.')}${more(entries.length, 'accounts')}
</article>
`
}

function accountRow({ item, grant }: VaultEntry, now: number): Html {
  const { tokens, email = grant.subject ?? '(no user ID)' } = grant
  const organization =
    item.org_id !== undefined && html`<br><span class="soft">in ${item.org_id}</span>`
  const connected = html`<time datetime="${item.created_at}">${item.created_at.slice(0, 16).replace('T', ' ')}</time>`
  const account = html`${email}<br><code class="soft">${item.id}</code>${organization}<br><span class="soft">connected ${connected}</span>`
  const vault = html`${expiry(tokens.expiresAt, now)}<br>${refresh(tokens.refreshToken !== undefined)}`
  return row(`account-${item.id}`, [
    cell('Connection', html`<b>${item.connection}</b>`),
    cell('Account', account),
    cell('Scopes', chips(grant.scopes), 'wide'),
    cell('In the vault', vault),
  ])
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
