/** What the emulator learns about a request while it handles it, for the tenant log and the record. It never has a secret. */
export interface Trace {
  /** The caller's IP address: `127.0.0.1` if there is no server that knows it. */
  ip: string
  userId?: string
  clientId?: string
  /** The connection of the request. */
  connection?: string
  /** The connected account of the request. */
  account?: { id?: string; idp_user_id?: string | undefined }
  /** The `audit_context` of a privileged exchange. */
  auditContext?: string
  /** The fields of the request's form, if it was read as one. The record keeps only those that are never secret. */
  form?: [name: string, value: string][]
  /** Why the request was refused, if the response does not say it. */
  problem?: Problem
}

/** The content of an error response, in a form that is the same for all APIs. */
export interface Problem {
  title: string
  detail?: string
  type?: string
  validation_errors?: readonly { detail: string; field?: string }[]
}

interface Received {
  headers: Partial<Record<string, string | string[]>>
  socket: { remoteAddress?: string | undefined } | null
}

/**
 * Returns the address of the caller: of a Node request. An IPv4 address is written as one, also if it arrived over IPv6. A request
 * has `X-Forwarded-For` here only if the emulator trusts its proxy.
 */
export function addressOf({ headers, socket }: Received): string {
  // The last address is the one that the proxy has added. The caller may have sent those before it.
  const forwarded = [headers['x-forwarded-for'] ?? []].flat().join(',').split(',').at(-1) ?? ''
  return (forwarded.trim() || (socket?.remoteAddress ?? '127.0.0.1')).replace(/^::ffff:/, '')
}

const traces = new WeakMap<object, Trace>()

/** Returns the trace of a Fetch API or Node request. Every call returns the same trace for the same request. */
export function traceOf(request: object): Trace {
  const known = traces.get(request)
  if (known) return known
  const trace: Trace = { ip: '127.0.0.1' }
  traces.set(request, trace)
  return trace
}

/** Makes two objects that stand for the same request share its trace. */
export function shareTrace(request: object, other: object): void {
  traces.set(other, traceOf(request))
}

/** Reads an error body: problem details, an OAuth error, or an error of the Management API. Returns undefined for anything else. */
export function problemOf(body: unknown): Problem | undefined {
  if (typeof body !== 'object' || body === null) return undefined
  const fields: Partial<Record<string, unknown>> = { ...body }
  const title = text(fields.title) ?? text(fields.error)
  if (title === undefined) return undefined
  const detail = text(fields.detail) ?? text(fields.error_description) ?? text(fields.message)
  const type = text(fields.type)
  const errors = validationErrors(fields.validation_errors)
  return {
    title,
    ...(detail !== undefined && { detail }),
    ...(type !== undefined && { type }),
    ...(errors.length > 0 && { validation_errors: errors }),
  }
}

/** Reads the error of a response from a copy of its body. Returns undefined if the response is not an error. */
export async function problemOfResponse(response: Response): Promise<Problem | undefined> {
  const isJson = /^application\/(problem\+)?json\b/.test(response.headers.get('content-type') ?? '')
  if (response.ok || !isJson || !response.body) return undefined
  return response
    .clone()
    .json()
    .then(problemOf, () => undefined)
}

function validationErrors(value: unknown): { detail: string; field?: string }[] {
  if (!Array.isArray(value)) return []
  return value.slice(0, 20).map((error: Partial<Record<string, unknown>>) => {
    const field = text(error?.field)
    return { detail: text(error?.detail) ?? '', ...(field !== undefined && { field }) }
  })
}

// Cuts long texts, because requests can contain them and the log keeps them in memory.
function text(value: unknown): string | undefined {
  return typeof value === 'string' ? value.slice(0, 500) : undefined
}
