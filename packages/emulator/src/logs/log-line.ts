import type { TenantLog } from './tenant-logs.js'

/** Returns an event as one line for people: time, type, user, connection and result. With `color`, failures are red. */
export function logLine(log: TenantLog, { color }: { color: boolean }): string {
  const { type, date, user_name, user_id, connection = '-', description, details } = log
  const time = new Date(date).toTimeString().slice(0, 8)
  const failed = isFailure(log)
  const status = details.error?.status
  const outcome = failed ? `${status === undefined ? '' : `${status} `}${description}` : 'ok'
  const fields = [time, type.padEnd(39), user_name || user_id || '-', connection, outcome]
  const line = printable(fields.join('  '))
  return failed && color ? `\u001b[31m${line}\u001b[39m` : line
}

/** Returns whether an event is a failure. */
export function isFailure({ type }: Pick<TenantLog, 'type'>): boolean {
  return type === 'feta' || type.endsWith('_failed')
}

// Replaces control characters, because a name from a request must not move the cursor or begin a new line.
function printable(text: string): string {
  return text.replace(/\p{Cc}/gu, '\uFFFD')
}
