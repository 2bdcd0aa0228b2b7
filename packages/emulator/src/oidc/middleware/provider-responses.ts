import type { KoaContextWithOIDC, Provider } from 'oidc-provider'
import { traceOf } from '../../logs/trace.js'
import { errorPage } from '../../pages/error-page.js'
import { html } from '../../pages/page.js'
import { notEmulated } from '../../resource-server/not-emulated.js'
import { CORS_HEADERS } from '../../tenant/clients.js'
import { refuseEarly } from './early-refusal.js'

/** Changes headers of oidc-provider's responses to those of Auth0. */
export function correctHeaders(provider: Provider): void {
  provider.use(async (ctx, next) => {
    await next()
    // oidc-provider would allow any request header of other origins. Auth0 allows those that its SDKs send.
    if (ctx.method === 'OPTIONS' && ctx.response.get('access-control-allow-headers')) {
      ctx.set('access-control-allow-headers', CORS_HEADERS.join(','))
    }
    // Koa adds a charset, with which auth0-server-python does not read an error. Auth0 sends none.
    if (ctx.path === '/oauth/token' && ctx.response.is('json')) {
      ctx.set('content-type', 'application/json')
    }
  })
}

type Context = Pick<KoaContextWithOIDC, 'get' | 'method' | 'path' | 'req'>

/**
 * Responds with 501 at a path that Auth0 has and the emulator has not: a page for browsers, and JSON for programs. Shows a page to a
 * browser at any other path that does not exist. Programs get the 404 without a page.
 */
export function serveUnknownPaths(provider: Provider): void {
  provider.use(async (ctx, next) => {
    await next()
    if (ctx.status !== 404 || ctx.body !== undefined) return
    const response = responseTo(ctx)
    if (!response) return
    ctx.status = response.status
    ctx.set(Object.fromEntries(response.headers))
    ctx.body = await response.text()
  })
}

function responseTo(ctx: Context): Response | undefined {
  const { path, method } = ctx
  const reason = notEmulated(path)
  const isBrowser = ctx.get('accept').includes('text/html')
  if (reason === undefined) return isBrowser && method === 'GET' ? unknownPage(path) : undefined
  traceOf(ctx.req).problem = { title: 'not_emulated', detail: reason }
  if (isBrowser) return notEmulatedPage(reason)
  const body = { error: 'not_emulated', error_description: reason }
  const headers = new Headers({ origin: ctx.get('origin') })
  return refuseEarly({ headers }, { status: 501, body })
}

function unknownPage(path: string): Response {
  return errorPage({
    title: 'This page does not exist',
    reason: `The emulator has no page at ${path}.`,
    advice: html`Check the address. The emulator shows <a href="/">what to paste into an application</a>.`,
    status: 404,
  })
}

function notEmulatedPage(reason: string): Response {
  return errorPage({
    title: 'Not emulated',
    reason,
    advice: 'Use a real tenant for this, or a way to log in that the emulator has.',
    status: 501,
  })
}
