import type { Hono, MiddlewareHandler } from 'hono'
import { cors } from 'hono/cors'

const isLocal = (hostname: string) => /^(localhost|127\.0\.0\.1|\[::1\])$/.test(hostname)

/**
 * Lets only this machine's programs and pages in, and those of the domain at `url` itself, first of all middleware: a foreign
 * `Origin` gets 403, and so does a `Host` that is neither local nor this domain's, behind which a foreign page could hide (DNS
 * rebinding).
 */
export function guardControl(app: Hono, url: string): void {
  app.use(refuseForeign(url))
  app.use(cors({ origin: (origin) => origin, allowMethods: ['GET', 'POST', 'DELETE'] }))
}

/** Refuses what comes from a foreign page, as `guardControl` says. */
export function refuseForeign(url: string): MiddlewareHandler {
  const known = new URL(url).hostname
  return async (c, next) => {
    const { hostname } = new URL(c.req.url)
    if (!isLocal(hostname) && hostname !== known) {
      return c.json({ error: `The host ${hostname} is unknown here` }, 403)
    }
    const origin = c.req.header('origin')
    if (origin === undefined || origin === url || isLocalOrigin(origin)) return next()
    return c.json({ error: `The origin ${origin} may not control the emulator` }, 403)
  }
}

function isLocalOrigin(origin: string): boolean {
  if (!URL.canParse(origin)) return false
  const { protocol, hostname } = new URL(origin)
  return /^https?:$/.test(protocol) && isLocal(hostname)
}
