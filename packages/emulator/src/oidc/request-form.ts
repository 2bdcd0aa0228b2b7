import type { IncomingMessage } from 'node:http'
import { MAX_BODY } from '../request-body.js'

/** The body of a Node request as text, or `undefined` if it is larger than `MAX_BODY`. */
export async function readNodeText(request: IncomingMessage): Promise<string | undefined> {
  const parts: Buffer[] = []
  let size = 0
  for await (const part of request.iterator({ destroyOnReturn: false })) {
    size += part.length
    if (size > MAX_BODY) return undefined
    parts.push(part)
  }
  return Buffer.concat(parts).toString('utf8')
}
