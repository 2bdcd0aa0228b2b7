import type { IncomingMessage } from 'node:http'
import { Readable } from 'node:stream'
import type { Provider } from 'oidc-provider'
import { refuseEarly } from './early-refusal.js'
import { readNodeText } from './request-form.js'

/** Whether this request has a JSON body for an OAuth endpoint, which Auth0 takes and oidc-provider does not. */
export function hasJsonBody({ method, url, headers }: IncomingMessage): boolean {
  const isJson = /^application\/json\b/i.test(headers['content-type'] ?? '')
  return isJson && method === 'POST' && url?.startsWith('/oauth/') === true
}

const flaws = new WeakMap<IncomingMessage, string>()

/** Answers `invalid_request` to requests whose JSON is none that an OAuth endpoint takes. */
export function refuseBadJson(provider: Provider): void {
  provider.use((ctx, next) => {
    const error_description = flaws.get(ctx.req)
    if (error_description === undefined) return next()
    refuseEarly(ctx, { status: 400, body: { error: 'invalid_request', error_description } })
  })
}

/** The same request with its JSON body as a form; where that cannot be, itself, which `refuseBadJson` then answers. */
export async function withFormBody(request: IncomingMessage): Promise<IncomingMessage> {
  const { flaw, fields } = readFields(await readNodeText(request))
  if (!fields) {
    flaws.set(request, flaw ?? '')
    return request
  }
  const form = Buffer.from(new URLSearchParams(fields).toString())
  const { socket, method, url, httpVersion, httpVersionMajor, httpVersionMinor } = request
  const headers = {
    ...request.headers,
    'content-type': 'application/x-www-form-urlencoded',
    'content-length': String(form.length),
  }
  delete headers['transfer-encoding']
  const versions = { httpVersion, httpVersionMajor, httpVersionMinor }
  // A stream with these fields is all that Koa reads of a request; a made-up IncomingMessage would close the socket.
  const made: unknown = Object.assign(Readable.from([form]), {
    socket,
    method,
    url,
    headers,
    ...versions,
  })
  return made as IncomingMessage // see above
}

function readFields(text: string | undefined): { fields?: Record<string, string>; flaw?: string } {
  if (text === undefined) return { flaw: 'The request body is too large' }
  const body = parse(text)
  if (typeof body !== 'object' || body === null || Array.isArray(body)) {
    return { flaw: 'The request body must be a JSON object' }
  }
  const entries = Object.entries(body).filter(([, value]) => value !== undefined && value !== null)
  const [wrong] = entries.find(([, value]) => typeof value !== 'string') ?? []
  if (wrong !== undefined) return { flaw: `${wrong} must be a string` }
  return { fields: Object.fromEntries(entries) }
}

function parse(text: string): unknown {
  try {
    return JSON.parse(text)
  } catch {
    return undefined
  }
}
