import type { LogStreamSink } from '../tenant/tenant.js'
import type { TenantLog } from './tenant-logs.js'

const REQUEST_LIMIT = 10_000

/** Sends events to the receiver of a log stream. Returns undefined if it has accepted them, and else what went wrong. */
export async function postLogs(
  sink: LogStreamSink,
  logs: readonly TenantLog[],
): Promise<string | undefined> {
  const { httpEndpoint } = sink
  try {
    const response = await fetch(httpEndpoint, {
      method: 'POST',
      headers: headersOf(sink),
      body: bodyOf(sink, logs),
      // The token in `Authorization` is for the endpoint alone.
      redirect: 'manual',
      signal: AbortSignal.timeout(REQUEST_LIMIT),
    })
    await response.body?.cancel()
    return response.ok ? undefined : `${httpEndpoint} responded with ${response.status}`
  } catch (error) {
    return `no response from ${httpEndpoint} (${reasonOf(error)})`
  }
}

// Throws a TypeError if a header cannot be sent.
function headersOf(sink: LogStreamSink): Headers {
  const { httpAuthorization, httpContentType = 'application/json', httpCustomHeaders = [] } = sink
  const headers = new Headers()
  for (const { header, value } of httpCustomHeaders) headers.set(header, value)
  headers.set('content-type', httpContentType)
  if (httpAuthorization !== undefined) headers.set('authorization', httpAuthorization)
  return headers
}

function bodyOf({ httpContentFormat }: LogStreamSink, logs: readonly TenantLog[]): string {
  const events = logs.map((log) => ({ log_id: log.log_id, data: log }))
  if (httpContentFormat === 'JSONARRAY') return JSON.stringify(events)
  return events.map((event) => JSON.stringify(event)).join('\n')
}

// The message of `fetch` is "fetch failed" in Node. The cause says why.
function reasonOf(error: unknown): string {
  const cause = error instanceof Error ? (error.cause ?? error) : error
  const code = cause instanceof Error && 'code' in cause ? cause.code : undefined
  return typeof code === 'string' ? code : cause instanceof Error ? cause.name : String(cause)
}
