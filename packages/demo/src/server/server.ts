import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { serveStatic } from '@hono/node-server/serve-static'
import { Hono } from 'hono'
import { secureHeaders } from 'hono/secure-headers'
import { RENDERED_PATH } from '../app/rendered-session.js'
import { createApi } from './api.js'
import { createRendered } from './rendered.js'
import type { Settings } from './settings.js'

/** Where {@link createServer}'s answers come from. */
export interface ServerOptions {
  settings: Settings
  /** The demo's own origin, `http://localhost:3000`. */
  origin: string
  /** Folder of the built app. */
  appFolder: string
}

/** The demo's server: the built app, its run-time configuration, and the API, all of one origin. */
export function createServer({ settings, origin, appFolder }: ServerOptions): Hono {
  const server = new Hono()
  const { tenant: domain, clientId, audience, web } = settings
  // Where the tokens are in the browser, it talks to the tenant; else it only goes there, to log out.
  const browserHeaders = pageHeaders({ connectSrc: ["'self'", domain], formAction: ["'none'"] })
  const renderedHeaders = pageHeaders({ connectSrc: ["'self'"], formAction: ["'self'", domain] })
  server.use(async (c, next) => {
    const url = new URL(c.req.url)
    // One name for one page: sessions and callbacks belong to an origin, and proofs name it.
    if (url.origin !== origin) return c.redirect(origin + url.pathname + url.search, 307)
    return next()
  })
  server.use(async (c, next) => {
    const isRendered = c.req.path === RENDERED_PATH || c.req.path.startsWith(`${RENDERED_PATH}/`)
    return isRendered ? renderedHeaders(c, next) : browserHeaders(c, next)
  })
  server.route('/api', createApi(settings))
  if (web) {
    const template = readFileSync(join(appFolder, 'server.html'), 'utf8')
    server.route('/', createRendered({ settings, web, origin, template }))
  }
  server.get('/config.json', (c) => {
    c.header('cache-control', 'no-store')
    return c.json({ domain, clientId, audience })
  })
  server.get('/server.html', (c) => c.notFound()) // it is filled in before it is shown
  server.get('/assets/*', async (c, next) => {
    await next()
    if (c.res.ok) c.header('cache-control', 'public, max-age=31536000, immutable')
  })
  server.use(serveStatic({ root: appFolder }))
  return server
}

function pageHeaders(policy: { connectSrc: string[]; formAction: string[] }) {
  return secureHeaders({
    contentSecurityPolicy: {
      defaultSrc: ["'none'"],
      scriptSrc: ["'self'"],
      styleSrc: ["'self'"],
      imgSrc: ["'self'", 'data:'],
      workerSrc: ["'self'", 'blob:'], // where auth0-spa-js keeps tokens in memory, its worker is a blob
      baseUri: ["'none'"],
      ...policy,
      frameAncestors: ["'none'"],
    },
    strictTransportSecurity: false,
  })
}
