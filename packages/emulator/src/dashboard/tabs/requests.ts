import type { Context } from '../../context/context.js'
import type { RecordedRequest } from '../../logs/request-record.js'
import type { Problem } from '../../logs/trace.js'
import { type Html, html } from '../../pages/page.js'
import { cell, empty, row, section, table, time } from '../table.js'
import { logTable } from './tenant-log.js'

/** Returns the tab with the requests and the tenant log. */
export function requestsTab(context: Context): Html {
  const requests = section({
    id: 'requests',
    title: 'Requests',
    intro: 'The newest 200, without tokens, codes and secrets.',
    beside: html`<label class="only"><input type="checkbox" id="only"> Problems only</label>`,
    body: requestTable(context),
  })
  const log = section({
    id: 'log',
    title: 'Tenant log',
    intro: 'What was connected, exchanged and deleted, as the events of Auth0’s tenant logs.',
    body: logTable(context),
  })
  return html`${requests}${log}`
}

/** Returns whether a request failed. A DPoP nonce challenge is no problem, because the request comes again. */
export function isProblem({ problem, nonce_challenge, status }: RecordedRequest): boolean {
  return !nonce_challenge && (problem !== undefined || status === undefined || status >= 400)
}

function requestTable({ requests, users }: Context): Html {
  const rows = [...requests.list()].reverse().map((request) => {
    const user = users.find(request.user_id)?.email ?? request.user_id ?? ''
    return requestRow(request, user)
  })
  if (rows.length === 0) {
    return empty('No requests yet. Point your application at the emulator, and they appear here.')
  }
  return table('Requests', ['Time', 'Request', 'Status', 'Client', 'User'], rows)
}

function requestRow(request: RecordedRequest, user: string): Html {
  const { id, method, path, status, nonce_challenge, client_id = '' } = request
  const failed = isProblem(request)
  const calm = nonce_challenge ? 'soft' : 'good'
  const parameters = Object.entries(request.parameters)
  const query = parameters.map(
    ([name, value]) => html`<li><span>${name}</span> ${shorten(value)}</li>`,
  )
  const asked = html`<code><b>${method}</b> ${path}</code>${query.length > 0 && html`<ul class="parameters">${query}</ul>`}${explanationOf(request)}`
  const cells = [
    cell('Time', time(request.time)),
    cell('Request', asked, 'wide'),
    cell('Status', pill(status, failed ? 'bad' : calm)),
    cell('Client', client_id),
    cell('User', user),
  ]
  return row(`request-${id}`, cells, failed)
}

function pill(status: number | undefined, kind: 'good' | 'soft' | 'bad'): Html {
  const text = status === undefined ? 'reset' : String(status)
  return html`<span class="pill ${kind}">${text}${kind === 'bad' && html`<span class="unseen"> problem</span>`}</span>`
}

function explanationOf({ problem, nonce_challenge }: RecordedRequest): Html | undefined {
  if (nonce_challenge) return html`<div class="soft">Asked to retry with another DPoP nonce</div>`
  return problem && problemBlock(problem)
}

function problemBlock({ title, detail, validation_errors: errors = [] }: Problem): Html {
  const items = errors.map(
    ({ detail: words, field }) =>
      html`<li>${field !== undefined && html`<code>${field}</code> `}${words}</li>`,
  )
  return html`<div class="problem"><strong>${title}</strong>${detail !== undefined && detail !== title && html` ${detail}`}${items.length > 0 && html`<ul>${items}</ul>`}</div>`
}

// Shows only the end of a grant type, because grant types are long and differ at the end.
function shorten(value: string): string {
  return value.replace(/^urn:.*:/, '…')
}
