import type { AccountEvent } from '@connected-accounts/client'

/** Auth0's codes of the lines that say something about a connected account. */
const TYPES: Record<string, AccountEvent['type']> = {
  connected_accounts_connection_succeeded: 'connected',
  connected_accounts_connection_failed: 'connect_failed',
  connected_accounts_delete_succeeded: 'disconnected',
  connected_accounts_delete_failed: 'disconnect_failed',
  seta: 'exchanged',
  feta: 'exchange_failed',
}

/** What may stand in the line of a failed exchange. Auth0 documents the fields, but not the texts. */
const NOT_CONNECTED = /federated_connection_refresh_token_not_found|refresh token not found/i
const MISSING_SCOPES = /\bscopes?\b|_scope\b/i

/**
 * Reads a line of a log stream: `{ log_id, data }`.
 *
 * @returns Undefined if the line says nothing about a connected account, or not whose it is.
 */
export function readLogLine(line: unknown): AccountEvent | undefined {
  const { log_id, data } = fieldsOf(line)
  const fields = fieldsOf(data)
  const type = Object.hasOwn(TYPES, String(fields.type)) ? TYPES[String(fields.type)] : undefined
  const id = textOf(log_id ?? fields.log_id)
  const user = textOf(fields.user_id)
  if (!type || !id || !user) return undefined
  const connection = textOf(fields.connection)
  const details = fieldsOf(fields.details)
  const accountId = textOf(fieldsOf(details.connected_account).id)
  const at = Date.parse(String(fields.date))
  return {
    id,
    type,
    user,
    ...(connection && { connection }),
    ...(accountId && { accountId }),
    at: Number.isNaN(at) ? Date.now() : at,
    ...(type === 'exchange_failed' && { reason: reasonOf(fields, details) }),
  }
}

type Fields = Readonly<Partial<Record<string, unknown>>>

function reasonOf(
  { description }: Fields,
  { failure_reason, error }: Fields,
): NonNullable<AccountEvent['reason']> {
  const { title, detail } = fieldsOf(error)
  const texts = [failure_reason, description, title, detail].filter((text) => textOf(text))
  const said = texts.join(' ')
  if (NOT_CONNECTED.test(said)) return 'not_connected'
  return MISSING_SCOPES.test(said) ? 'missing_scopes' : 'other'
}

function fieldsOf(value: unknown): Fields {
  return typeof value === 'object' && value !== null ? { ...value } : {}
}

/** Returns a text that is not empty, and not longer than any name or id. */
function textOf(value: unknown): string | undefined {
  return typeof value === 'string' && value && value.length <= 500 ? value : undefined
}
