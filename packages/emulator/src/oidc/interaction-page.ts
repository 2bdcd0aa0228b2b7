import type { IncomingMessage, ServerResponse } from 'node:http'
import { errors, type Provider } from 'oidc-provider'
import { html, pageResponse } from '../page.js'
import type { WholeRequest } from '../whole-request.js'

/** A request to the page of an interaction. */
export interface InteractionRequest {
  request: IncomingMessage
  response: ServerResponse
  /** What a form of the page sent. */
  form: URLSearchParams
}

/**
 * Serves a page on which a person does something before `/authorize` can answer, at every path that begins with `prefix`.
 * `answer` gives the page, or the URL with which it goes on.
 */
export function serveInteraction(
  provider: Provider,
  prefix: string,
  answer: (given: InteractionRequest) => Promise<Response | string>,
): void {
  provider.use(async (ctx, next) => {
    if (!ctx.path.startsWith(prefix)) return next()
    const { rawBody } = ctx.req as WholeRequest // as `AuthorizationServer` takes it
    const form = new URLSearchParams(rawBody.toString('utf8'))
    const page = await answer({ request: ctx.req, response: ctx.res, form }).catch(explain)
    if (typeof page === 'string') {
      ctx.status = 303
      return ctx.redirect(page)
    }
    ctx.status = page.status
    ctx.set(Object.fromEntries(page.headers))
    ctx.body = await page.text()
  })
}

function explain(error: unknown): Response {
  if (!(error instanceof errors.SessionNotFound)) throw error
  const body = html`<p>It was used already, or it is too old. Go back to the application and log in again.</p>`
  return pageResponse({ title: 'This login is over', body }, 400)
}
