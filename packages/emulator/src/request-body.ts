/** The most bytes of a body that are read. */
export const MAX_BODY = 65_536

/** The body as JSON, or what is wrong with it. */
export async function readJson(request: Request): Promise<{ value?: unknown; flaw?: string }> {
  const text = await readText(request)
  if (text === undefined) return { flaw: `data must NOT have more than ${MAX_BODY} bytes` }
  try {
    return { value: JSON.parse(text) }
  } catch {
    return { flaw: 'data must be JSON' }
  }
}

/** The body as text, or `undefined` if it is larger than `MAX_BODY`. */
async function readText(request: Request): Promise<string | undefined> {
  const decoder = new TextDecoder()
  let size = 0
  let text = ''
  // A reader, because not every runtime iterates over a stream.
  const reader = request.body?.getReader()
  for (let part = await reader?.read(); part?.value; part = await reader?.read()) {
    size += part.value.length
    if (size > MAX_BODY) {
      await reader?.cancel()
      return undefined
    }
    text += decoder.decode(part.value, { stream: true })
  }
  return text + decoder.decode()
}

/** The fields of a form body; empty if it is too large. */
export async function readForm(request: Request): Promise<URLSearchParams> {
  return new URLSearchParams(await readText(request))
}
