import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { serveStatic } from '@hono/node-server/serve-static'
import { Hono } from 'hono'
import { secureHeaders } from 'hono/secure-headers'
import { HOOKS_PATH, RENDERED_PATH, STATE_PATH, STATES_PATH } from '../app/pages.js'
import { createApi } from './api.js'
import { createRendered } from './rendered.js'
import type { Settings } from './settings.js'

/** The options of {@link createServer}. */
export interface ServerOptions {
  settings: Settings
  /** The origin of the demo, for example `http://localhost:3000`. */
  origin: string
  /** The folder of the built app. */
  appFolder: string
}

/** Creates the demo's server. It serves the built app, its configuration and the API at one origin. */
export function createServer({ settings, origin, appFolder }: ServerOptions): Hono {
  const server = new Hono()
  const { tenant: domain, clientId, audience, web } = settings
  // If the browser has the tokens, its scripts call the tenant. If the server has them, the page only navigates there to log out.
  const browserHeaders = pageHeaders({ connectSrc: ["'self'", domain] })
  const renderedHeaders = pageHeaders({ connectSrc: ["'self'"], formAction: ["'self'", domain] })
  // Everything on the pages of the states is made up, so they call nobody. One of them shows the other one in frames.
  const statesHeaders = pageHeaders({ frameSrc: ["'self'"], frameAncestors: ["'self'"] })
  server.use(async (c, next) => {
    const url = new URL(c.req.url)
    // Redirects other names of this machine, because sessions, callbacks and DPoP proofs belong to one origin.
    if (url.origin !== origin) return c.redirect(origin + url.pathname + url.search, 307)
    return next()
  })
  server.use(async (c, next) => {
    const { path } = c.req
    if (path === STATES_PATH || path === STATE_PATH) return statesHeaders(c, next)
    const isRendered = path === RENDERED_PATH || path.startsWith(`${RENDERED_PATH}/`)
    return isRendered ? renderedHeaders(c, next) : browserHeaders(c, next)
  })
  server.route('/api', createApi(settings, origin))
  if (web) {
    const template = readFileSync(join(appFolder, 'server.html'), 'utf8')
    server.route('/', createRendered({ settings, web, origin, template }))
  }
  server.get('/config.json', (c) => {
    c.header('cache-control', 'no-store')
    return c.json({ domain, clientId, audience, isRendered: web !== undefined })
  })
  server.get('/server.html', (c) => c.notFound()) // it is only a template
  for (const [path, file] of PAGES) server.get(path, serveStatic({ root: appFolder, path: file }))
  server.get('/assets/*', async (c, next) => {
    await next()
    if (c.res.ok) c.header('cache-control', 'public, max-age=31536000, immutable')
  })
  server.use(serveStatic({ root: appFolder }))
  return server
}

/** The files of the pages whose paths do not say them. */
const PAGES = [
  [HOOKS_PATH, 'index.html'],
  [STATES_PATH, 'states.html'],
  [STATE_PATH, 'state.html'],
] as const // pairs

/** Returns middleware with the security headers of a page. A policy adds what its page may do. */
function pageHeaders(policy: ContentSecurityPolicy) {
  return secureHeaders({
    contentSecurityPolicy: {
      defaultSrc: ["'none'"],
      connectSrc: ["'none'"],
      scriptSrc: ["'self'"],
      styleSrc: ["'self'"],
      imgSrc: ["'self'", 'data:'],
      workerSrc: ["'self'", 'blob:'], // auth0-spa-js with tokens in memory has a worker from a blob URL
      baseUri: ["'none'"],
      formAction: ["'none'"],
      frameAncestors: ["'none'"],
      ...policy,
    },
    strictTransportSecurity: false,
  })
}

type ContentSecurityPolicy = Record<string, string[]>
