import type { AccountEvent } from '@connected-accounts/client'
import { checkFunction } from '@connected-accounts/client/internal'
import { LRUCache } from 'lru-cache'
import { errorsPage } from '../../errors.js'
import { readLogLine } from '../../events/read-log-line.js'
import { problemResponse } from '../problem.js'
import { Refusal, readBody } from '../request-body.js'
import { type Route, wrongMethod } from '../route.js'

/** Options of {@link createLogStreamHandler}. */
export interface LogStreamHandlerOptions {
  /**
   * The `Authorization` of the log stream (`httpAuthorization`), whole, such as `Bearer` and a secret. At least 16 characters, at
   * random: who knows it can tell your users' pages that an account is dead.
   */
  authorization: string
  /**
   * Called for each event, one after the other. If it throws or rejects, Auth0 gets a 500 and sends the line again. Until then
   * no later event of that user is told, so that their order stays.
   */
  onEvent: (event: AccountEvent) => unknown
}

/** In bytes. A batch of Auth0 has some hundred lines at most. */
const MAX_BODY = 5 * 2 ** 20
/** How many lines are remembered, so that one that is sent twice is told once. */
const MAX_TOLD = 10_000

/**
 * Creates the route that receives a log stream of Auth0 (the type `http`, "Custom Webhook"). It tells you what happens to connected
 * accounts: `connected_accounts_*`, `seta` and `feta`. It ignores all other lines. The formats are JSON lines, a JSON array
 * or a JSON object.
 *
 * Auth0 sends a line again if it has got no answer. This process then tells it once, by its `log_id`. Another process, or this
 * one after a restart, may tell it again.
 *
 * @throws {TypeError} if `authorization` is too short, or `onEvent` is not a function.
 * @see https://auth0.com/docs/customize/log-streams/custom-log-streams
 * @example
 * ```ts
 * const events = memoryEvents()
 * const server = new ServerClient({ ...options, events })
 * const logStream = createLogStreamHandler({
 *   authorization: process.env.LOG_STREAM_AUTHORIZATION ?? '',
 *   onEvent: (event) => events.publish(event),
 * })
 * app.post('/logs', ({ req }) => logStream(req.raw))
 * ```
 */
export function createLogStreamHandler({ authorization, onEvent }: LogStreamHandlerOptions): Route {
  if (typeof authorization !== 'string' || authorization.length < 16) {
    throw new TypeError(
      'authorization must be the Authorization of the log stream, with at least 16 characters.',
    )
  }
  if (!onEvent) throw new TypeError('onEvent is missing.')
  checkFunction(onEvent, 'onEvent')
  const tell = createTeller(onEvent)
  return async (request) => {
    try {
      const isAllowed = await isSame(request.headers.get('authorization') ?? '', authorization)
      if (!isAllowed) throw new Refusal(401, WRONG_AUTHORIZATION)
      if (request.method !== 'POST') {
        return problemResponse(wrongMethod('POST'), new Headers({ allow: 'POST' }))
      }
      const failures = await tell(await readLines(request))
      for (const failure of failures) console.error(failure)
      return failures.length > 0 ? problemResponse(NOT_TOLD) : new Response()
    } catch (error) {
      if (error instanceof Refusal) return problemResponse(error.problem)
      throw error
    }
  }
}

const WRONG_AUTHORIZATION = {
  title: 'wrong_authorization',
  detail: 'The Authorization is not that of the log stream.',
}

const NOT_TOLD = {
  type: errorsPage('events_not_told'),
  title: 'events_not_told',
  status: 500,
  detail:
    'onEvent failed for a line, so send these lines again. The log of the application has the error.',
}

/** Compares two secrets by their digests, in a time that says nothing about them. */
async function isSame(given: string, expected: string): Promise<boolean> {
  const digest = async (text: string) =>
    new Uint8Array(await crypto.subtle.digest('SHA-256', new TextEncoder().encode(text)))
  const [one, other] = [await digest(given), await digest(expected)]
  return one.reduce((difference, byte, index) => difference | (byte ^ (other[index] ?? 0)), 0) === 0
}

async function readLines(request: Request): Promise<unknown[]> {
  const text = await (await readBody(request, MAX_BODY)).text()
  const whole = parse(text)
  if (whole !== undefined) return Array.isArray(whole) ? whole : [whole]
  const lines = text.split('\n').filter((line) => line.trim())
  return lines.map((line) => {
    const parsed = parse(line)
    if (parsed !== undefined) return parsed
    const detail =
      'The body is not JSON. Choose JSON lines, a JSON array or a JSON object for the log stream.'
    throw new Refusal(400, { title: 'not_json', detail })
  })
}

function parse(text: string): unknown {
  try {
    return JSON.parse(text)
  } catch {
    return undefined
  }
}

/** Returns a function that tells events, and returns why some were not told. */
function createTeller(onEvent: LogStreamHandlerOptions['onEvent']) {
  const told = new LRUCache<string, Promise<unknown>>({ max: MAX_TOLD })
  async function tellOnce(event: AccountEvent): Promise<void> {
    const telling = told.get(event.id) ?? Promise.resolve(event).then(onEvent)
    told.set(event.id, telling) // also while it is told, because Auth0 may not wait for the answer
    try {
      await telling
    } catch (error) {
      if (told.get(event.id) === telling) told.delete(event.id)
      throw error
    }
  }
  return async (lines: unknown[]): Promise<unknown[]> => {
    const failures = new Map<string, unknown>()
    for (const line of lines) {
      const event = readLogLine(line)
      if (!event || failures.has(event.user)) continue
      await tellOnce(event).catch((error) => failures.set(event.user, error))
    }
    return [...failures.values()]
  }
}
