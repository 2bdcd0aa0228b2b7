import { ConnectionReset } from '../http/connection-reset.js'
import type { Fault } from './faults.js'

/** Resolves after the given number of milliseconds. */
export function wait(milliseconds = 0): Promise<void> {
  return new Promise((resolve) => {
    setTimeout(resolve, milliseconds)
  })
}

/** The body of a response with the damage `wrong_content_type`. */
export const WRONG_BODY = '<!doctype html><title>Not what you asked for</title>'

/** Damages a response. Throws `ConnectionReset` for the damage `connection_reset`. */
export async function damaged(response: Response, damage: Fault['damage']): Promise<Response> {
  if (damage === undefined) return response
  if (damage === 'connection_reset') throw new ConnectionReset('A fault resets the connection')
  const { status } = response
  const headers = new Headers(response.headers)
  headers.delete('content-length')
  if (damage === 'empty_body') return new Response(null, { status, headers })
  const text = await response.text()
  // A response with a status such as 204 has no body to damage.
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
      // Give the first half time to be sent.
      await wait(20)
      controller.error(new ConnectionReset('A fault truncates the body'))
    },
  })
  return new Response(body, { status, headers })
}
