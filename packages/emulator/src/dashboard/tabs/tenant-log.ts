import type { Lab } from '../../context/context.js'
import { isFailure } from '../../logs/log-line.js'
import type { TenantLog } from '../../logs/tenant-logs.js'
import { type Html, html } from '../../pages/page.js'
import { cell, empty, row, table, time } from '../table.js'

const SHOWN = 200

/** Returns the last events of the tenant log, the newest first. */
export function logTable({ logs }: Lab): Html {
  const newest = logs.list().slice(-SHOWN).reverse()
  if (newest.length === 0)
    return empty('No events yet: nothing was connected, exchanged or deleted.')
  return table('Tenant log', ['Time', 'Event', 'User', 'Connection'], newest.map(logRow))
}

function logRow(log: TenantLog): Html {
  const { log_id, date, type, user_name, user_id, connection = '', description } = log
  const failed = isFailure(log)
  const event = html`<code>${type}</code>${failed && html`<div class="problem">${description}</div>`}`
  const cells = [
    cell('Time', time(Date.parse(date))),
    cell('Event', event, 'wide'),
    cell('User', user_name || user_id),
    cell('Connection', connection),
  ]
  return row(`log-${log_id}`, cells, failed)
}
