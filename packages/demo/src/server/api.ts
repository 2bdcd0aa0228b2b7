import {
  type ConnectionRequiredError,
  isConnectionRequiredError,
  isTokenError,
} from '@connected-accounts/client'
import {
  type AccessTokenError,
  createAccessTokenVerifier,
  createProviderFetch,
  fromAccessToken,
  isAccessTokenError,
} from '@connected-accounts/server'
import { Hono } from 'hono'
import { listEvents, refused } from './calendar.js'
import { Problem, problemResponse } from './problem.js'
import type { Settings } from './settings.js'

/** The connection whose calendar the API reads. */
export const CONNECTION = 'google-oauth2'
/** How long to wait for the token exchange and the calendar, in milliseconds. */
export const TIMEOUT = 10_000

/** Creates the demo's API, for an origin. It gets the provider's token from Token Vault and calls the provider with it. */
export function createApi(settings: Settings, origin: string): Hono {
  const { tenant: domain, audience, calendarUrl } = settings
  const verifyAccessToken = createAccessTokenVerifier({ domain, audience, baseUrl: origin })
  const exchangeOf = fromAccessToken({
    domain,
    clientId: settings.apiClientId,
    clientAuth: { clientSecret: settings.apiClientSecret },
    timeout: TIMEOUT,
  })
  const api = new Hono()
  api.use(async (c, next) => {
    await next()
    c.header('cache-control', 'no-store')
  })
  api.get('/events', async (c) => {
    const { accessToken } = await verifyAccessToken(c.req.raw)
    const providerFetch = createProviderFetch({
      exchange: exchangeOf(accessToken),
      connection: CONNECTION,
      allowedOrigins: [new URL(calendarUrl).origin],
      timeout: TIMEOUT,
    })
    const { signal } = c.req.raw
    return c.json({ events: await listEvents({ calendarUrl, providerFetch, signal }) })
  })
  api.all('*', () => {
    throw new Problem('not_found', { status: 404, detail: 'No such resource.' })
  })
  api.onError((error) => problemResponse(asProblem(error)))
  return api
}

/** Returns the problem for any error. */
export function asProblem(error: Error): Problem {
  if (error instanceof Problem) return error
  if (isAccessTokenError(error)) return accessTokenProblem(error)
  if (isConnectionRequiredError(error)) return connectionProblem(error)
  if (isTokenError(error)) {
    const detail = `The token exchange was refused (${error.code}).`
    return new Problem('provider_unavailable', { status: 502, detail })
  }
  console.error(`Unexpected ${error.name} in the API`) // without its message, which could contain a token
  return new Problem('internal_error', { status: 500, detail: 'Something broke on this server.' })
}

function connectionProblem({ reason }: ConnectionRequiredError): Problem {
  if (reason !== 'not_connected') return refused()
  const detail = `Connect an account of ${CONNECTION} first.`
  return new Problem('not_connected', { status: 404, detail })
}

function accessTokenProblem({ code, status, message, headers }: AccessTokenError): Problem {
  const isAway = code === 'keys_unavailable'
  return new Problem(isAway ? 'tenant_unavailable' : 'invalid_token', {
    status,
    detail: message,
    headers,
  })
}
