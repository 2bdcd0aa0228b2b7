import {
  type ConnectedAccount,
  type ConnectionDefinition,
  defineConnections,
} from '@connected-accounts/client'
import { github, google } from '@connected-accounts/client/catalogue'

const calendar = 'https://www.googleapis.com/auth/calendar.readonly'
const files = 'https://www.googleapis.com/auth/drive.readonly'

/** The connections of the application that shows the states. */
export const connections = defineConnections({
  calendar: { provider: google, scopes: [calendar] },
  code: { provider: github, usedBy: ['Code review', 'Release notes'] },
  acme: { connection: 'acme', label: 'Acme' },
})

/** A state of the component: what the server has, and what a person has done. */
export interface State {
  accounts?: ConnectedAccount[]
  /** Names of the connections that the tenant offers. */
  offered?: string[]
  /** The status of the list, if it fails; `pending` for a list that never comes. */
  list?: number | 'pending' | 'offline'
  /** The status of a delete. */
  remove?: number
  /** The status of a start. */
  start?: number
  definitions?: Record<string, ConnectionDefinition>
  /** The query of the page after a redirect. */
  search?: string
  isOffline?: boolean
  /** Names of the buttons that the person presses, in order. */
  press?: RegExp[]
  /** What is there in the end, by selector. */
  shows: string
}

/** An account as the server lists it. */
export function account(
  id: string,
  connection: string,
  more: Partial<ConnectedAccount> = {},
): ConnectedAccount {
  const scopes = connection === 'google-oauth2' ? [calendar] : []
  const created_at = `2026-11-${String(((id.length * 7) % 27) + 1).padStart(2, '0')}T09:30:00.000Z`
  return { id, connection, access_type: 'offline', scopes, created_at, ...more }
}

const one = [account('cac_1', 'google-oauth2'), account('cac_22', 'github')]
const revoked = account('cac_1', 'google-oauth2', { expires_at: '2026-11-01T00:00:00.000Z' })
const long =
  'A provider whose name is much longer than any name should be, as some names of companies are'

/** Every state, by name. */
export const states: Record<string, State> = {
  loading: { list: 'pending', shows: '[data-part="skeleton"]' },
  empty: { shows: '[data-part="empty"] button' },
  'none-offered': { offered: [], shows: '[data-part="empty"]' },
  'list-forbidden': { list: 403, shows: '[data-part="log-in"]' },
  'list-failed': { list: 400, shows: '[data-part="retry"]' },
  'offline-without-list': { isOffline: true, shows: '[data-part="empty"]' },
  connected: { accounts: one, shows: '[data-part="item"]' },
  menu: {
    accounts: one,
    press: [/^Connect account|^Konto/],
    shows: '[data-part="menu"]:popover-open',
  },
  'two-of-one-provider': {
    accounts: [...one, account('cac_333', 'google-oauth2'), account('cac_4444', 'acme')],
    shows: '[data-part="item"]',
  },
  connecting: {
    accounts: one,
    press: [/^Connect account|^Konto/, /Acme/],
    shows: '[data-part="connecting"] [data-part="cancel"]',
  },
  'connect-failed': {
    accounts: one,
    start: 404,
    press: [/^Connect account|^Konto/, /Acme/],
    shows: '[data-part="alert"]',
  },
  denied: {
    accounts: one,
    search: '?error=access_denied&state=connect.unknown',
    shows: '[data-part="alert"]',
  },
  'missing-scopes': {
    accounts: [account('cac_1', 'google-oauth2', { scopes: [] }), account('cac_22', 'github')],
    definitions: defineConnections({
      calendar: { provider: google, scopes: [calendar, files, 'custom.scope'] },
      code: { provider: github },
    }),
    shows: '[data-part="reconnect"]',
  },
  expired: { accounts: [revoked, account('cac_22', 'github')], shows: '[data-part="reconnect"]' },
  expiring: {
    accounts: [
      account('cac_1', 'google-oauth2', {
        expires_at: new Date(Date.now() + 3_600_000).toISOString(),
      }),
    ],
    shows: '[data-part="reconnect"]',
  },
  reconnecting: {
    accounts: [revoked, account('cac_22', 'github')],
    press: [/^(Reconnect|Erneut)/],
    shows: '[data-state="reconnecting"] [data-part="cancel"]',
  },
  disconnecting: {
    accounts: one,
    press: [/^(Disconnect|Trennen) Google/],
    shows: '[data-state="disconnecting"]',
  },
  disconnected: {
    accounts: one,
    remove: 204,
    press: [/^(Disconnect|Trennen) Google/],
    shows: '[data-part="alert"] a',
  },
  'disconnect-refused': {
    accounts: one,
    remove: 403,
    press: [/^(Disconnect|Trennen) Google/],
    shows: '[data-part="item"] [data-part="alert"]',
  },
  'many-accounts': {
    accounts: Array.from({ length: 100 }, (_, index) =>
      account(`cac_${'0'.repeat(index)}`, ['google-oauth2', 'github', 'acme'][index % 3] ?? ''),
    ),
    shows: '[data-part="item"]:nth-child(100)',
  },
  'long-names': {
    accounts: [account('cac_1', 'long', { scopes: [] }), account('cac_22', 'longer')],
    definitions: {
      long: {
        connection: 'long',
        label: long,
        scopes: [`https://api.example/${'scope-'.repeat(20)}`],
      },
      longer: { connection: 'longer', label: 'x'.repeat(120) },
    },
    offered: ['long', 'longer'],
    shows: '[data-part="reconnect"]',
  },
}
