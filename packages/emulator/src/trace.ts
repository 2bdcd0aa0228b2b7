/** What becomes known of a request while it is answered, for the tenant log and the record of requests. Never a secret. */
export interface Trace {
  /** The address it came from, `127.0.0.1` unless a server knows better. */
  ip: string
  userId?: string
  clientId?: string
  /** The connection that it is about. */
  connection?: string
  /** The connected account that it is about. */
  account?: { id?: string; idp_user_id?: string }
  /** What was refused, where the answer itself does not say it. */
  problem?: Problem
}

/** What an error answer says, in whatever form its API has. */
export interface Problem {
  title: string
  detail?: string
  type?: string
  validation_errors?: readonly { detail: string; field?: string }[]
}

/** The address of a peer as logs write it: IPv4 in its own form, also where it came in over IPv6. */
export function addressOf(socket: { remoteAddress?: string | undefined } | null): string {
  return (socket?.remoteAddress ?? '127.0.0.1').replace(/^::ffff:/, '')
}

const traces = new WeakMap<object, Trace>()

/** The trace of a request, be it of the Fetch API or of Node: the same one for as long as the request lives. */
export function traceOf(request: object): Trace {
  const known = traces.get(request)
  if (known) return known
  const trace: Trace = { ip: '127.0.0.1' }
  traces.set(request, trace)
  return trace
}

/** Reads an error answer as problem details, an OAuth error, or the Management API's error. Anything else is `undefined`. */
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

/** The same of a response, which stays unread; `undefined` also for one that is no error. */
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

// What is remembered is bounded, whoever wrote it.
function text(value: unknown): string | undefined {
  return typeof value === 'string' ? value.slice(0, 500) : undefined
}
