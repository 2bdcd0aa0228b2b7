import type { Hono, Context as HonoContext } from 'hono'
import { errors, type InteractionResults, type Provider } from 'oidc-provider'
import { errorPage } from '../../pages/error-page.js'
import type { NodeEnv } from '../middleware/env.js'

/** A request to the page of an interaction. */
export interface InteractionRequest {
  method: string
  /** The fields of the page's form. */
  form: URLSearchParams
  /** The interaction that `/authorize` waits for. */
  interaction: Interaction
  /** Stores the result of the user's step. Returns the URL at which `/authorize` continues. */
  finish(
    result: InteractionResults,
    options?: { mergeWithLastSubmission: boolean },
  ): Promise<string>
}

type Interaction = Awaited<ReturnType<Provider['interactionDetails']>>

/** The provider whose interactions have pages, and the routes that the pages are added to. */
export interface Interactions {
  provider: Provider
  routes: Hono<NodeEnv>
}

/** The prompt that a page handles, and the path of the page. */
export interface InteractionPlace {
  prompt: 'login' | 'mfa' | 'consent'
  path(uid: string): string
}

/**
 * Serves a page for a step that the user must do before `/authorize` can respond. `answer` returns the page, or the URL to which the
 * user is redirected next.
 */
export function serveInteraction(
  { provider, routes }: Interactions,
  place: InteractionPlace,
  answer: (given: InteractionRequest) => Promise<Response | string>,
): void {
  routes.on(['GET', 'POST'], place.path(':uid'), async (c) => {
    const { incoming, outgoing } = c.env
    const form = new URLSearchParams(incoming.rawBody.toString('utf8'))
    const given: Omit<InteractionRequest, 'interaction'> = {
      method: c.req.method,
      form,
      finish: (...result) => provider.interactionResult(incoming, outgoing, ...result),
    }
    const page = await findInteraction(provider, place, c)
      .then((interaction) => answer({ ...given, interaction }))
      .catch(expiredLoginPage)
    return typeof page === 'string' ? c.redirect(page, 303) : page
  })
}

// The cookie identifies the interaction, so this checks that it belongs to the page in the path.
async function findInteraction(
  provider: Provider,
  { prompt, path }: InteractionPlace,
  { env, req }: HonoContext<NodeEnv>,
): Promise<Interaction> {
  const interaction = await provider.interactionDetails(env.incoming, env.outgoing)
  if (interaction.prompt.name === prompt && req.path === path(interaction.uid)) return interaction
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
