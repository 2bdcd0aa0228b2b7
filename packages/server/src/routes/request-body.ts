import type { ProblemDetails } from '@connected-accounts/client'
import { errorsPage } from '../errors.js'

/**
 * A request that one of our routes refuses. The route sends `problem`, and does not call `onError`.
 *
 * @internal
 */
export class Refusal extends Error {
  readonly problem: ProblemDetails

  constructor(status: number, { title, detail }: { title: string; detail: string }) {
    super(detail)
    this.problem = { type: errorsPage(title), title, status, detail }
  }
}

/** In bytes. No operation of ours needs more. A log stream does. */
const MAX_BODY = 65_536
/** In bytes. A form costs much more time for each byte than JSON that is passed on. */
const MAX_FORM = 8192

/**
 * Reads the body of a request. If the body is too large, it stops reading but does not cancel the rest, because
 * cancelling would close the connection before the answer is sent.
 *
 * @param max - How long the body may be, in bytes. Default: 64 KiB.
 * @throws {Refusal} body_too_large, if the body is longer.
 * @internal
 */
export async function readBody({ body }: Request, max = MAX_BODY): Promise<Blob> {
  if (!body) return new Blob()
  let bytes = new Uint8Array(0)
  const reader = body.getReader()
  for (let size = 0; ; ) {
    const { done, value } = await reader.read()
    if (done) return new Blob([bytes.subarray(0, size)])
    const end = size + value.length
    if (end > max) {
      const detail = `The body is over ${max / 1024} KiB. Send less.`
      throw new Refusal(413, { title: 'body_too_large', detail })
    }
    // Copied, because the sender decides how small the chunks are: kept as they are, each costs far more than its bytes.
    if (end > bytes.length) bytes = withRoomFor(end, bytes)
    bytes.set(value, size)
    size = end
  }
}

/** Copies bytes into an array of twice their length, or more if that is not enough. */
function withRoomFor(length: number, bytes: Uint8Array<ArrayBuffer>): Uint8Array<ArrayBuffer> {
  const larger = new Uint8Array(Math.max(length, 2 * bytes.length))
  larger.set(bytes)
  return larger
}

/**
 * Reads the fields of a form that was posted.
 *
 * @throws {Refusal} body_too_large, if the body is over 8 KiB.
 * @throws {Refusal} not_a_form, if the body is not a form.
 * @internal
 */
export async function readForm(request: Request): Promise<FormData> {
  refuseLargeForm(Number(request.headers.get('content-length'))) // before it is read
  const body = await readBody(request)
  refuseLargeForm(body.size)
  const headers = { 'content-type': String(request.headers.get('content-type')) }
  try {
    return await new Response(body, { headers }).formData()
  } catch {
    const detail = 'The body is not a form. Send application/x-www-form-urlencoded.'
    throw new Refusal(415, { title: 'not_a_form', detail })
  }
}

function refuseLargeForm(bytes: number): void {
  if (!(bytes > MAX_FORM)) return
  throw new Refusal(413, { title: 'body_too_large', detail: 'The form is over 8 KiB. Send less.' })
}
