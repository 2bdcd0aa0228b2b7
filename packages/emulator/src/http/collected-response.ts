import { type IncomingMessage, type OutgoingHttpHeaders, ServerResponse } from 'node:http'

type Listener = (request: IncomingMessage, response: ServerResponse) => unknown

/** Calls a Node listener and returns its response as a Fetch API one, so that others can still change it. */
export function collectResponse(listener: Listener, request: IncomingMessage): Promise<Response> {
  return new Promise((resolve, reject) => {
    const response = new CollectedResponse(request, resolve)
    Promise.resolve(listener(request, response)).catch(reject)
  })
}

class CollectedResponse extends ServerResponse {
  readonly #parts: Buffer[] = []
  readonly #resolve: (response: Response) => void

  constructor(request: IncomingMessage, resolve: (response: Response) => void) {
    super(request)
    this.#resolve = resolve
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
    this.#resolve(new Response(body, { status, headers: headersOf(this.getHeaders()) }))
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
