import type { Fault } from './faults.js'

/** Thrown where a call is to end without an answer. */
export class ConnectionReset extends Error {
  override readonly name = 'ConnectionReset'
}

/** Resolves after so many milliseconds. */
export function wait(milliseconds = 0): Promise<void> {
  return new Promise((resolve) => {
    setTimeout(resolve, milliseconds)
  })
}

/** What stands in place of a body of the right type. */
export const WRONG_BODY = '<!doctype html><title>Not what you asked for</title>'

/** The answer as it arrives after this damage. Throws `ConnectionReset` where nothing arrives. */
export async function damaged(response: Response, damage: Fault['damage']): Promise<Response> {
  if (damage === undefined) return response
  if (damage === 'connection_reset') throw new ConnectionReset('The connection is to be reset')
  const { status } = response
  const headers = new Headers(response.headers)
  headers.delete('content-length')
  if (damage === 'empty_body') return new Response(null, { status, headers })
  const text = await response.text()
  // A status such as 204 can have no body that could be damaged.
  if (text === '') return new Response(null, { status, headers })
  if (damage === 'truncated_body') return truncated(text, { status, headers })
  headers.set('content-type', 'text/html; charset=utf-8')
  return new Response(WRONG_BODY, { status, headers })
}

function truncated(text: string, { status, headers }: { status: number; headers: Headers }) {
  const bytes = new TextEncoder().encode(text)
  headers.set('content-length', String(bytes.length))
  const body = new ReadableStream<Uint8Array>({
    async start(controller) {
      controller.enqueue(bytes.subarray(0, Math.floor(bytes.length / 2)))
      // Until then the first half is on its way.
      await wait(20)
      controller.error(new ConnectionReset('The body is to be truncated'))
    },
  })
  return new Response(body, { status, headers })
}
