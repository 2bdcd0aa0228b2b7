import type { Context } from '../../context/context.js'
import { type Html, html } from '../../pages/page.js'
import type { Api, Client, Connection, Organization } from '../../tenant/tenant.js'
import { cell, chips, empty, row, section, table } from '../table.js'

/** Returns the tab with the applications, APIs, connections and organizations of the running tenant. It shows no secret. */
export function tenantTab({ tenant, url }: Context): Html {
  const { clients, apis, connections, organizations, custom_domains = [] } = tenant
  const domains = section({
    id: 'domains',
    title: 'Domains',
    intro: 'The first one is the canonical domain.',
    body: chips([new URL(url).host, ...custom_domains]),
  })
  const parts = [
    list(
      'Applications',
      'What users log in to, and programs that call an API. Each has a client ID.',
      clients.map(clientRow),
    ),
    list('APIs', 'What access tokens are for.', apis.map(apiRow)),
    list(
      'Connections',
      'The third parties. The emulator plays them itself.',
      connections.map(connectionRow),
    ),
    list(
      'Organizations',
      'Companies and teams. Their members can log in to them.',
      organizations.map(organizationRow),
    ),
  ]
  return html`${parts}${domains}
<p class="hint">To change the tenant, pass <code>tenant</code> to <code>createEmulator</code>, start the command with
<code>--config</code>, or call the control API or the Management API.</p>`
}

function list(title: string, intro: string, rows: Html[]): Html {
  const columns = columnsOf[title] ?? []
  const body = rows.length > 0 ? table(title, columns, rows) : empty('The tenant has none.')
  return section({ id: title.toLowerCase(), title, intro, body })
}

const columnsOf: Record<string, string[]> = {
  Applications: ['Client ID', 'Name', 'Grant types', 'Callback URLs'],
  APIs: ['Name', 'Identifier', 'Scopes', 'DPoP'],
  Connections: ['Name', 'Strategy', 'Scopes', 'Used to'],
  Organizations: ['ID', 'Name', 'Members'],
}

function clientRow(
  { client_id, name, app_type, grant_types, callbacks }: Client,
  index: number,
): Html {
  return row(`client-${index}`, [
    cell('Client ID', html`<b><code>${client_id}</code></b>`),
    cell('Name', html`${name}<br><span class="soft">${app_type}</span>`),
    cell('Grant types', chips(grant_types.map((type) => type.replace(/^urn:.*:/, '…'))), 'wide'),
    cell('Callback URLs', callbacks.length > 0 ? chips(callbacks) : '–', 'wide'),
  ])
}

function apiRow({ name, identifier, scopes, proof_of_possession }: Api, index: number): Html {
  return row(`api-${index}`, [
    cell('Name', name),
    cell('Identifier', html`<code>${identifier}</code>`),
    cell('Scopes', chips(scopes), 'wide'),
    cell('DPoP', proof_of_possession),
  ])
}

function connectionRow(connection: Connection, index: number): Html {
  const { name, display_name, strategy, scopes, authentication, connected_accounts } = connection
  const uses = [
    (authentication?.active ?? true) && 'log in',
    connected_accounts.active && 'connect accounts',
  ]
  return row(`connection-${index}`, [
    cell('Name', html`<b>${display_name}</b><br><code>${name}</code>`),
    cell('Strategy', strategy),
    cell('Scopes', chips(scopes), 'wide'),
    cell('Used to', uses.filter((use) => use !== false).join(', ') || 'nothing'),
  ])
}

function organizationRow({ id, name, display_name, members }: Organization, index: number): Html {
  return row(`organization-${index}`, [
    cell('ID', html`<code>${id}</code>`),
    cell('Name', html`<b>${display_name}</b><br><code>${name}</code>`),
    cell('Members', members.length > 0 ? chips(members) : '–', 'wide'),
  ])
}
