import type { IncomingMessage, ServerResponse } from 'node:http'
import { errors, type KoaContextWithOIDC, type Provider } from 'oidc-provider'
import type { BufferedRequest } from '../../http/buffered-request.js'
import { errorPage } from '../../pages/error-page.js'

/** A request to the page of an interaction. */
export interface InteractionRequest {
  request: IncomingMessage
  response: ServerResponse
  /** The fields of the page's form. */
  form: URLSearchParams
  /** The interaction that `/authorize` waits for. */
  interaction: Interaction
}

type Interaction = Awaited<ReturnType<Provider['interactionDetails']>>

/** The prompt that a page handles, and the path of the page. */
export interface InteractionPlace {
  prompt: 'login' | 'consent'
  path(uid: string): string
}

/**
 * Serves a page for a step that the user must do before `/authorize` can respond. `answer` returns the page, or the URL to which the
 * user is redirected next.
 */
export function serveInteraction(
  provider: Provider,
  place: InteractionPlace,
  answer: (given: InteractionRequest) => Promise<Response | string>,
): void {
  const prefix = place.path('')
  provider.use(async (ctx, next) => {
    if (!ctx.path.startsWith(prefix)) return next()
    const { rawBody } = ctx.req as BufferedRequest // as `AuthorizationServer` takes it
    const form = new URLSearchParams(rawBody.toString('utf8'))
    const given = { request: ctx.req, response: ctx.res, form }
    const page = await findInteraction(provider, place, ctx)
      .then((interaction) => answer({ ...given, interaction }))
      .catch(expiredLoginPage)
    if (typeof page === 'string') {
      ctx.status = 303
      return ctx.redirect(page)
    }
    ctx.status = page.status
    ctx.set(Object.fromEntries(page.headers))
    ctx.body = await page.text()
  })
}

// The cookie identifies the interaction, so this checks that it belongs to the page in the path.
async function findInteraction(
  provider: Provider,
  { prompt, path }: InteractionPlace,
  ctx: Pick<KoaContextWithOIDC, 'req' | 'res' | 'path'>,
): Promise<Interaction> {
  const interaction = await provider.interactionDetails(ctx.req, ctx.res)
  if (interaction.prompt.name === prompt && ctx.path === path(interaction.uid)) return interaction
  throw new errors.SessionNotFound('the interaction cookie belongs to another page')
}

function expiredLoginPage(error: unknown): Response {
  if (!(error instanceof errors.SessionNotFound)) throw error
  return errorPage({
    title: 'This login is over',
    reason: 'It was used already, has expired, or began in another browser.',
    advice: 'Go back to the application and log in again.',
  })
}
