import {
  createProviderFetch,
  fromSession,
  isSessionError,
  type ServerClient,
} from '@connected-accounts/server'
import { Hono } from 'hono'
import { asProblem, CONNECTION, TIMEOUT } from './api.js'
import { listEvents } from './calendar.js'
import { Problem, problemResponse } from './problem.js'
import type { Settings } from './settings.js'

/** Creates the demo's API for the rendered page, which sends its session cookie in place of an access token. */
export function createEventsApi(
  server: ServerClient,
  { calendarUrl }: Pick<Settings, 'calendarUrl'>,
): Hono {
  const api = new Hono()
  api.get('/events', async (c) => {
    const { signal } = c.req.raw
    const providerFetch = createProviderFetch({
      exchange: fromSession(server, { request: c.req.raw, response: c.res }),
      connection: CONNECTION,
      allowedOrigins: [new URL(calendarUrl).origin],
      timeout: TIMEOUT,
    })
    c.header('cache-control', 'no-store')
    return c.json({ events: await listEvents({ calendarUrl, providerFetch, signal }) })
  })
  api.onError((error) =>
    problemResponse(isSessionError(error) ? sessionProblem() : asProblem(error)),
  )
  return api
}

function sessionProblem(): Problem {
  return new Problem('invalid_token', { status: 401, detail: 'No user is logged in.' })
}
