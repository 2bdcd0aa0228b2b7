import type { IncomingMessage, ServerResponse } from 'node:http'
import { errors, type KoaContextWithOIDC, type Provider } from 'oidc-provider'
import { html, pageResponse } from '../page.js'
import type { WholeRequest } from '../whole-request.js'

/** A request to the page of an interaction. */
export interface InteractionRequest {
  request: IncomingMessage
  response: ServerResponse
  /** What a form of the page sent. */
  form: URLSearchParams
  /** What `/authorize` waits for. */
  interaction: Interaction
}

type Interaction = Awaited<ReturnType<Provider['interactionDetails']>>

/** Which page it is: the prompt that it answers, and where that of an interaction is. */
export interface InteractionPlace {
  prompt: 'login' | 'consent'
  path(uid: string): string
}

/**
 * Serves a page on which a person does something before `/authorize` can answer. `answer` gives the page, or the URL with
 * which it goes on.
 */
export function serveInteraction(
  provider: Provider,
  place: InteractionPlace,
  answer: (given: InteractionRequest) => Promise<Response | string>,
): void {
  provider.use(async (ctx, next) => {
    if (!ctx.path.startsWith(place.path(''))) return next()
    const { rawBody } = ctx.req as WholeRequest // as `AuthorizationServer` takes it
    const form = new URLSearchParams(rawBody.toString('utf8'))
    const given = { request: ctx.req, response: ctx.res, form }
    const page = await find(provider, place, ctx)
      .then((interaction) => answer({ ...given, interaction }))
      .catch(explain)
    if (typeof page === 'string') {
      ctx.status = 303
      return ctx.redirect(page)
    }
    ctx.status = page.status
    ctx.set(Object.fromEntries(page.headers))
    ctx.body = await page.text()
  })
}

// The cookie alone says which one it is, also at the page of another.
async function find(
  provider: Provider,
  { prompt, path }: InteractionPlace,
  ctx: Pick<KoaContextWithOIDC, 'req' | 'res' | 'path'>,
): Promise<Interaction> {
  const interaction = await provider.interactionDetails(ctx.req, ctx.res)
  if (interaction.prompt.name === prompt && ctx.path === path(interaction.uid)) return interaction
  throw new errors.SessionNotFound('the interaction cookie belongs to another page')
}

function explain(error: unknown): Response {
  if (!(error instanceof errors.SessionNotFound)) throw error
  const body = html`<p>It was used already, or it is too old. Go back to the application and log in again.</p>`
  return pageResponse({ title: 'This login is over', body }, 400)
}
