const calendar = 'https://www.googleapis.com/auth/calendar.readonly'
const files = 'https://www.googleapis.com/auth/drive.readonly'

/** An account as the My Account API lists it. */
export interface ListedAccount {
  id: string
  connection: string
  access_type: 'offline'
  scopes: string[]
  created_at: string
  expires_at?: string
}

/** A state of the component `ConnectedAccounts`: what the server has, and what a person has done. */
export interface State {
  /** What it is called in a list of states. */
  title: string
  accounts?: ListedAccount[]
  /** Names of the connections that the tenant offers. */
  offered?: string[]
  /** The status of the list, if it fails; `pending` for a list that never comes. */
  list?: number | 'pending'
  /** The status of a delete. */
  remove?: number
  /** The status of a start. */
  start?: number
  /** The scopes that the application needs at Google. Default: those of the calendar. */
  scopes?: string[]
  /** The connections of the application, in place of Google, GitHub and Acme. */
  definitions?: Record<string, { connection: string; label: string; scopes?: string[] }>
  /** Labels of the accounts, by id. */
  labels?: Record<string, { label: string; email?: string }>
  /** True if the store of the labels refuses changes. */
  refusesLabels?: boolean
  /** How the person gets to the provider. Default: in a popup. */
  mode?: 'redirect'
  /** The flow from which the person has come back. */
  flow?: Flow
  /** `loaded`: the person loses the network after the list is loaded. */
  offline?: 'from the start' | 'loaded'
  /** Selectors of the buttons that the person presses, in order. */
  press?: string[]
  /** What is there in the end, by selector. */
  shows: string
}

/** A flow from which the person has come back by a redirect. */
export interface Flow {
  connection: string
  /** Id of the account that was to be connected again. */
  reconnectAccountId?: string
  /** The account that the person has connected; `pending` while the flow is being completed. Default: the person refused. */
  completes?: ListedAccount | 'pending'
}

/** An account as the server lists it. */
export function account(
  id: string,
  connection: string,
  more: Partial<ListedAccount> = {},
): ListedAccount {
  const scopes = connection === 'google-oauth2' ? [calendar] : []
  const created_at = `2026-11-${String(((id.length * 7) % 27) + 1).padStart(2, '0')}T09:30:00.000Z`
  return { id, connection, access_type: 'offline', scopes, created_at, ...more }
}

const google = account('cac_1', 'google-oauth2')
const github = account('cac_22', 'github')
const google2 = account('cac_333', 'google-oauth2')
const acme = account('cac_4444', 'acme')
const two = [google, github]
const revoked = { ...google, expires_at: '2026-11-01T00:00:00.000Z' }

const menu = '[data-part="connect-menu"]'
const lastOption = '[data-part="menu"] li:last-child button'
const disconnect = '[data-part="disconnect"]'
const reconnect = '[data-part="reconnect"]'
const alert = '[data-part="alert"]'
const item = '[data-part="item"]'

const long =
  'A provider whose name is much longer than any name should be, as some names of companies are'

/** Every state, by name. */
export const states: Record<string, State> = {
  loading: { title: 'Loading', list: 'pending', shows: '[data-part="skeleton"]' },
  empty: { title: 'Nothing connected yet', shows: '[data-part="empty"] button' },
  'none-offered': {
    title: 'Nothing to connect',
    offered: [],
    shows: '[data-part="empty"]',
  },
  'list-forbidden': {
    title: 'A new login is needed',
    list: 403,
    shows: '[data-part="log-in"]',
  },
  'list-failed': {
    title: 'The list could not be loaded',
    list: 500,
    shows: '[data-part="retry"]',
  },
  'offline-without-list': {
    title: 'Offline from the start',
    offline: 'from the start',
    shows: '[data-part="empty"]',
  },
  offline: {
    title: 'Offline with a loaded list',
    accounts: two,
    offline: 'loaded',
    shows: '[data-part="offline"]',
  },
  'one-account': { title: 'One account', accounts: [google], shows: item },
  connected: { title: 'Two accounts', accounts: two, shows: item },
  menu: {
    title: 'The menu of what can be connected',
    accounts: two,
    press: [menu],
    shows: '[data-part="menu"]:popover-open',
  },
  'two-of-one-provider': {
    title: 'Several accounts of one provider',
    accounts: [...two, google2, acme],
    shows: item,
  },
  labelled: {
    title: 'Accounts with names',
    accounts: [google, google2],
    labels: {
      cac_1: { label: 'Private', email: 'alice@gmail.example' },
      cac_333: { label: 'Work', email: 'alice.example@a-company.example' },
    },
    shows: item,
  },
  renaming: {
    title: 'An account is given a name',
    accounts: two,
    press: ['[data-part="rename"]'],
    shows: '[data-part="rename-form"]',
  },
  'rename-refused': {
    title: 'The name could not be saved',
    accounts: two,
    labels: { cac_1: { label: 'Private' } },
    refusesLabels: true,
    press: ['[data-part="rename"]', '[data-part="save"]'],
    shows: '[data-part="item"] [role="alert"]',
  },
  unavailable: {
    title: 'The grant is gone, and the tenant offers no new one',
    accounts: [revoked, github],
    offered: ['github'],
    shows: '[data-state="unavailable"]',
  },
  leaving: {
    title: 'Connecting by a redirect',
    accounts: two,
    mode: 'redirect',
    press: [menu, lastOption],
    shows: '[data-part="connecting"] [data-part="cancel"]',
  },
  connecting: {
    title: 'Connecting in a popup',
    accounts: two,
    press: [menu, lastOption],
    shows: '[data-part="connecting"] [data-part="cancel"]',
  },
  completing: {
    title: 'Back from the provider',
    accounts: two,
    flow: { connection: 'acme', completes: 'pending' },
    shows: '[data-part="connecting"][data-state="completing"]',
  },
  'just-connected': {
    title: 'Just connected',
    accounts: two,
    flow: { connection: 'acme', completes: acme },
    shows: '[data-part="item"]:nth-child(3)',
  },
  'connected-another': {
    title: 'Another account than the expected one',
    accounts: [revoked, github],
    flow: { connection: 'google-oauth2', reconnectAccountId: 'cac_1', completes: google2 },
    shows: '[data-part="alert"][data-state="warning"]',
  },
  'connect-failed': {
    title: 'The connection does not begin',
    accounts: two,
    start: 404,
    press: [menu, lastOption],
    shows: alert,
  },
  denied: {
    title: 'The person did not allow it',
    accounts: two,
    flow: { connection: 'acme' },
    shows: alert,
  },
  'missing-scopes': {
    title: 'Permissions are missing',
    accounts: [{ ...google, scopes: [] }, github],
    scopes: [calendar, files, 'custom.scope'],
    shows: reconnect,
  },
  expired: { title: 'The grant is gone', accounts: [revoked, github], shows: reconnect },
  expiring: {
    title: 'The grant ends soon',
    accounts: [{ ...google, expires_at: new Date(Date.now() + 3_600_000).toISOString() }],
    shows: reconnect,
  },
  reconnecting: {
    title: 'Reconnecting in a popup',
    accounts: [revoked, github],
    press: [reconnect],
    shows: '[data-state="reconnecting"] [data-part="cancel"]',
  },
  disconnecting: {
    title: 'Disconnecting, with undo',
    accounts: two,
    press: [disconnect],
    shows: '[data-state="disconnecting"]',
  },
  disconnected: {
    title: 'Just disconnected',
    accounts: two,
    remove: 204,
    press: [disconnect],
    shows: '[data-part="alert"] a',
  },
  'disconnect-refused': {
    title: 'The account could not be disconnected',
    accounts: two,
    remove: 403,
    press: [disconnect],
    shows: '[data-part="item"] [data-part="alert"]',
  },
  'many-accounts': {
    title: 'A hundred accounts',
    accounts: Array.from({ length: 100 }, (_, index) =>
      account(`cac_${'0'.repeat(index)}`, ['google-oauth2', 'github', 'acme'][index % 3] ?? ''),
    ),
    shows: '[data-part="item"]:nth-child(100)',
  },
  'long-names': {
    title: 'Long names',
    accounts: [account('cac_1', 'long'), account('cac_22', 'longer')],
    definitions: {
      long: {
        connection: 'long',
        label: long,
        scopes: [`https://api.example/${'scope-'.repeat(20)}`],
      },
      longer: { connection: 'longer', label: 'x'.repeat(120) },
    },
    offered: ['long', 'longer'],
    shows: reconnect,
  },
}
