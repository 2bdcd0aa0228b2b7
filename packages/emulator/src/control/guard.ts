import type { Hono, MiddlewareHandler } from 'hono'
import { cors } from 'hono/cors'

const isLocal = (hostname: string) => /^(localhost|127\.0\.0\.1|\[::1\])$/.test(hostname)

/**
 * Adds middleware that accepts only requests from this machine and from pages of the domain at `url`. It must run first. It responds
 * with 403 to a foreign `Origin`. It does the same to a foreign `Host`, because a foreign page could use one (DNS rebinding).
 */
export function guardControl(app: Hono, url: string): void {
  app.use(refuseForeign(url))
  app.use(cors({ origin: (origin) => origin, allowMethods: ['GET', 'POST', 'DELETE'] }))
}

/** Creates middleware that refuses requests of foreign pages; see `guardControl`. */
export function refuseForeign(url: string): MiddlewareHandler {
  const known = new URL(url).hostname
  return async (c, next) => {
    const { hostname } = new URL(c.req.url)
    if (!isLocal(hostname) && hostname !== known) {
      return c.json({ error: `The host ${hostname} is not a host of the emulator` }, 403)
    }
    const origin = c.req.header('origin')
    if (origin === undefined || origin === url || isLocalOrigin(origin)) return next()
    return c.json({ error: `The origin ${origin} is not allowed to control the emulator` }, 403)
  }
}

function isLocalOrigin(origin: string): boolean {
  if (!URL.canParse(origin)) return false
  const { protocol, hostname } = new URL(origin)
  return /^https?:$/.test(protocol) && isLocal(hostname)
}
