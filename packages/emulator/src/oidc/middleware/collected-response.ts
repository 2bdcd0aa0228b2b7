import { type IncomingMessage, type OutgoingHttpHeaders, ServerResponse } from 'node:http'
import type { Context as HonoContext, Next } from 'hono'
import type { NodeEnv } from './env.js'

/**
 * Runs the handlers that follow and returns their response. If it is one of oidc-provider, it is collected, so that it can still
 * change before it is sent.
 */
export async function collectResponse(c: HonoContext<NodeEnv>, next: Next): Promise<Response> {
  const collected = new CollectedResponse(c.env.incoming)
  c.env.outgoing = collected
  await next()
  if (collected.response) replaceResponse(c, collected.response)
  return c.res
}

/** Replaces the response. Hono alone would keep the headers of the one that is there. */
export function replaceResponse(c: HonoContext<NodeEnv>, response: Response): void {
  c.res = undefined
  c.res = response
}

class CollectedResponse extends ServerResponse {
  readonly #parts: Buffer[] = []
  /** The whole response, once it has ended. */
  response: Response | undefined

  constructor(request: IncomingMessage) {
    super(request)
  }

  override write(part: unknown): boolean {
    if (typeof part === 'string' || part instanceof Uint8Array) this.#parts.push(Buffer.from(part))
    return true
  }

  override end(part?: unknown): this {
    this.write(part)
    const { statusCode: status } = this
    // Fetch Standard §2.2.3: a null body status.
    const hasBody = ![204, 205, 304].includes(status) && this.#parts.length > 0
    const body = hasBody ? Buffer.concat(this.#parts) : null
    this.response = new Response(body, { status, headers: headersOf(this.getHeaders()) })
    return this
  }
}

// Without the length of the body, which can still change.
function headersOf({ 'content-length': _, ...fields }: OutgoingHttpHeaders): Headers {
  const headers = new Headers()
  for (const [name, value] of Object.entries(fields)) {
    for (const line of [value ?? []].flat()) headers.append(name, String(line))
  }
  return headers
}
