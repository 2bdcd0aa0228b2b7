import type { Context } from '../../context.js'
import { errorsPage } from '../../errors.js'
import type { AccountEvents } from '../../events/account-events.js'
import { sessionHash } from '../../events/session-hash.js'
import { refuseOtherOrigins } from '../../navigation/same-origin.js'
import { answerErrors, type RouteStore } from '../answer-errors.js'
import { problemAnswers } from '../answers.js'
import { problemResponse } from '../problem.js'
import { Refusal } from '../request-body.js'
import { type Route, refuseLongUrl, wrongMethod } from '../route.js'
import { openEventStream } from './event-stream.js'

/** How many streams of one session may be open in this process. All tabs of a browser share one. */
const MAX_STREAMS = 10

const HEADERS = {
  'content-type': 'text/event-stream',
  // Without a transformation, because one that compresses waits for more.
  'cache-control': 'no-store, no-transform',
  'x-accel-buffering': 'no', // nginx would wait for more, too
}

/**
 * Creates the route that tells the page of a user what happens to the user's accounts (Server-Sent Events).
 *
 * @see https://html.spec.whatwg.org/multipage/server-sent-events.html
 * @internal
 */
export function eventsRouteOf(context: Context): Route {
  const streams = new Map<string, number>()
  return async (request) => {
    if (request.method !== 'GET') {
      return problemResponse(wrongMethod('GET'), new Headers({ allow: 'GET' }))
    }
    return answerErrors(request, { answers: problemAnswers }, async (store) => {
      const { origin } = new URL(await context.redirectUriOf(store))
      const refusal = refuseLongUrl(request) ?? refuseOtherOrigins(request, origin)
      if (refusal) return problemResponse(refusal)
      const { events } = context
      return events ? answer(context, { events, streams }, store) : noEvents()
    })
  }
}

async function answer(
  context: Context,
  { events, streams }: { events: AccountEvents; streams: Map<string, number> },
  { request, response }: RouteStore,
): Promise<Response> {
  const { id, user, expiresAt } = await context.needSession({ request, response })
  const session = await sessionHash(id)
  const { headers } = request
  const stream = await openEventStream({
    events,
    user: user.sub,
    session,
    expiresAt,
    lastId: headers.get('last-event-id') ?? undefined,
    signal: request.signal,
    timeout: context.timeout,
    // Later requests of the browser may have other cookies. The session of this one is meant.
    isLoggedIn: async () => {
      const store = { request: { headers }, response: { headers: new Headers() } }
      return (await context.findSession(store))?.id === id
    },
    onClose: enter(streams, id),
  })
  for (const [name, value] of Object.entries(HEADERS)) response.headers.set(name, value)
  return new Response(stream, { headers: response.headers })
}

/** Counts a stream of a session, and returns the function that counts it no more. */
function enter(streams: Map<string, number>, session: string): () => void {
  const count = streams.get(session) ?? 0
  if (count >= MAX_STREAMS) {
    throw new Refusal(429, {
      title: 'too_many_streams',
      detail: `This session has ${MAX_STREAMS} open event streams. Close one first: all tabs of a browser can share one.`,
    })
  }
  streams.set(session, count + 1)
  return () => {
    const left = (streams.get(session) ?? 1) - 1
    if (left > 0) streams.set(session, left)
    else streams.delete(session)
  }
}

function noEvents(): Response {
  return problemResponse({
    type: errorsPage('not_found'),
    title: 'not_found',
    status: 404,
    detail: 'There are no events. Give the ServerClient events: memoryEvents() first.',
  })
}
