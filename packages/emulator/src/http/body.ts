/** The maximum size of a body in bytes: 64 KiB. */
export const MAX_BODY = 65_536

/** Thrown if a body has more than `MAX_BODY` bytes. Every part of the emulator responds to it with 413. */
export class BodyTooLarge extends Error {
  override readonly name = 'BodyTooLarge'
  constructor() {
    super(`The body must not have more than ${MAX_BODY} bytes`)
  }
}

/** Returns the body of a response with the status 413 (RFC 9110 §15.5.14). */
export function tooLarge({ message }: BodyTooLarge): { error: string; error_description: string } {
  return { error: 'content_too_large', error_description: message }
}

/** Reads the body as JSON. Returns its value, or what is wrong with it. Throws `BodyTooLarge`. */
export async function readJson(request: Request): Promise<{ value?: unknown; flaw?: string }> {
  const text = await readText(request)
  try {
    return { value: JSON.parse(text) }
  } catch {
    return { flaw: 'data must be JSON' }
  }
}

/** Reads the fields of a form body. Throws `BodyTooLarge`. */
export async function readForm(request: Request): Promise<URLSearchParams> {
  return new URLSearchParams(await readText(request))
}

/** Reads the body as text. Throws `BodyTooLarge`. */
export async function readText(request: Request): Promise<string> {
  const decoder = new TextDecoder()
  let size = 0
  let text = ''
  // Uses a reader, because not every runtime can iterate over a stream.
  const reader = (await streamOf(request))?.getReader()
  for (let part = await reader?.read(); part?.value; part = await reader?.read()) {
    size += part.value.length
    if (size > MAX_BODY) {
      await reader?.cancel()
      throw new BodyTooLarge()
    }
    text += decoder.decode(part.value, { stream: true })
  }
  return text + decoder.decode()
}

// Firefox has no `body` stream for a request of a page.
async function streamOf(request: Request): Promise<Request['body']> {
  if (request.body !== undefined) return request.body
  return new Blob([await request.arrayBuffer()]).stream()
}
