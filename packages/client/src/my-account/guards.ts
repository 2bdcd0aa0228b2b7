import type { components } from '../contract/generated/my-account.js'
import type {
  CompletedConnectedAccount,
  ConnectedAccount,
  ConnectedAccountsPage,
  Connection,
  ConnectionsPage,
} from '../contract/types.js'
import {
  arrayOf,
  type Check,
  hasFields,
  isNumber,
  isString,
  isStrings,
  optional,
} from '../http/json.js'
import { parseUrl } from '../http/url.js'

const isWebUrl: Check = (value) =>
  typeof value === 'string' && /^https?:$/.test(parseUrl(value)?.protocol ?? '')

/** The fields that every account has. */
const account = {
  id: isString,
  connection: isString,
  access_type: isString,
  created_at: isString,
}

/** Tells whether a value is an account of the list. */
export function isConnectedAccount(value: unknown): value is ConnectedAccount {
  return hasFields(value, { ...account, scopes: isStrings })
}

/** Tells whether a value is the account that a flow has connected. */
export function isCompletedConnectedAccount(value: unknown): value is CompletedConnectedAccount {
  return hasFields(value, { ...account, scopes: optional(isStrings) })
}

/** Tells whether a value is a connection. */
export function isConnection(value: unknown): value is Connection {
  return hasFields(value, { name: isString, strategy: isString, scopes: optional(isStrings) })
}

/** Tells whether a value is a page of accounts. */
export function isConnectedAccountsPage(value: unknown): value is ConnectedAccountsPage {
  return hasFields(value, { accounts: arrayOf(isConnectedAccount), next: optional(isString) })
}

/** Tells whether a value is a page of connections. */
export function isConnectionsPage(value: unknown): value is ConnectionsPage {
  return hasFields(value, { connections: arrayOf(isConnection), next: optional(isString) })
}

/** Tells whether a value is the answer that starts a connect flow. */
export function isConnectResponse(
  value: unknown,
): value is components['schemas']['CreateConnectedAccountResponse'] {
  return hasFields(value, {
    auth_session: isString,
    connect_uri: isWebUrl,
    connect_params: (params) => hasFields(params, { ticket: isString }),
    expires_in: isNumber,
  })
}
