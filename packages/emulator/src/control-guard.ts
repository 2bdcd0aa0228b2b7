import type { Hono, MiddlewareHandler } from 'hono'
import { cors } from 'hono/cors'

const isLocal = (hostname: string) => /^(localhost|127\.0\.0\.1|\[::1\])$/.test(hostname)

/**
 * Lets only this machine's programs and pages in, first of all middleware: a foreign `Origin` gets 403, and so does a `Host`
 * that is neither local nor the emulator's own, behind which a foreign page could hide (DNS rebinding).
 */
export function guardControl(app: Hono, url: string): void {
  const known = new URL(url).hostname
  app.use(refuseForeign(known))
  app.use(cors({ origin: (origin) => origin, allowMethods: ['GET', 'POST', 'DELETE'] }))
}

function refuseForeign(known: string): MiddlewareHandler {
  return async (c, next) => {
    const { hostname } = new URL(c.req.url)
    if (!isLocal(hostname) && hostname !== known) {
      return c.json({ error: `The host ${hostname} is unknown here` }, 403)
    }
    const origin = c.req.header('origin')
    if (origin === undefined || isLocalOrigin(origin)) return next()
    return c.json({ error: `The origin ${origin} may not control the emulator` }, 403)
  }
}

function isLocalOrigin(origin: string): boolean {
  if (!URL.canParse(origin)) return false
  const { protocol, hostname } = new URL(origin)
  return /^https?:$/.test(protocol) && isLocal(hostname)
}
