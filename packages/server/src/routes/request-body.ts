import { errorsPage } from '../errors.js'
import { problemResponse } from './problem.js'

/** A request that is answered with a problem, whatever else was to be done. */
export class Refusal extends Error {
  readonly response: Response

  constructor(status: number, title: string, detail: string) {
    super(detail)
    this.response = problemResponse({ type: errorsPage(title), title, status, detail })
  }
}

/** In bytes: more than any form or operation of ours has. */
const MAX_BODY = 65_536

/**
 * The body of a request. Throws `Refusal` where it is over 64 KiB; the rest is then left alone, as to cancel it would close
 * the connection before the answer.
 */
export async function readBody({ body }: Request): Promise<Blob> {
  if (!body) return new Blob()
  const parts: Uint8Array<ArrayBuffer>[] = []
  const reader = body.getReader()
  for (let size = 0; ; ) {
    const { done, value } = await reader.read()
    if (done) return new Blob(parts)
    size += value.length
    if (size > MAX_BODY) throw new Refusal(413, 'body_too_large', 'The body is over 64 KiB.')
    parts.push(value)
  }
}

/** The fields of a form that was posted. Throws `Refusal` where the body is none. */
export async function readForm(request: Request): Promise<FormData> {
  const body = await readBody(request)
  const headers = { 'content-type': request.headers.get('content-type') ?? '' }
  try {
    return await new Response(body, { headers }).formData()
  } catch {
    throw new Refusal(415, 'not_a_form', 'This takes a form: application/x-www-form-urlencoded.')
  }
}
