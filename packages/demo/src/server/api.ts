import { isTokenError } from '@connected-accounts/client'
import { exchangeConnectionToken } from '@connected-accounts/client/token-vault'
import {
  type AccessTokenError,
  createAccessTokenVerifier,
  isAccessTokenError,
} from '@connected-accounts/server'
import { Hono } from 'hono'
import { listEvents } from './calendar.js'
import { Problem, problemResponse } from './problem.js'
import type { Settings } from './settings.js'

/** The connection whose calendar the API reads. */
export const CONNECTION = 'google-oauth2'
/** How long to wait for the token exchange and the calendar, in milliseconds. */
export const TIMEOUT = 10_000

/** Creates the demo's API, for an origin. It gets the provider's token from Token Vault and calls the provider with it. */
export function createApi(settings: Settings, origin: string): Hono {
  const { tenant: domain, audience } = settings
  const verifyAccessToken = createAccessTokenVerifier({ domain, audience, baseUrl: origin })
  const api = new Hono()
  api.use(async (c, next) => {
    await next()
    c.header('cache-control', 'no-store')
  })
  api.get('/events', async (c) => {
    const { accessToken: subjectToken } = await verifyAccessToken(c.req.raw)
    const signal = AbortSignal.any([c.req.raw.signal, AbortSignal.timeout(TIMEOUT)])
    const accessToken = await providerToken(settings, subjectToken, signal)
    const { calendarUrl } = settings
    return c.json({ events: await listEvents({ calendarUrl, accessToken, signal }) })
  })
  api.all('*', () => {
    throw new Problem('not_found', { status: 404, detail: 'No such resource.' })
  })
  api.onError((error) => problemResponse(asProblem(error)))
  return api
}

async function providerToken(settings: Settings, subjectToken: string, signal: AbortSignal) {
  try {
    const { accessToken } = await exchangeConnectionToken({
      domain: settings.tenant,
      clientId: settings.apiClientId,
      clientAuth: { clientSecret: settings.apiClientSecret },
      subjectToken,
      subjectTokenType: 'access_token',
      connection: CONNECTION,
      signal,
    })
    return accessToken
  } catch (error) {
    throw exchangeProblem(error)
  }
}

/** Returns the problem for a failed Token Vault exchange. */
export function exchangeProblem(error: unknown): Problem {
  if (!isTokenError(error)) {
    const detail = 'The tenant did not respond to the token exchange.'
    return new Problem('tenant_unavailable', { status: 502, detail })
  }
  if (error.code === 'connection_not_connected') {
    const detail = `Connect an account of ${CONNECTION} first.`
    return new Problem('not_connected', { status: 404, detail })
  }
  const detail = `The token exchange was refused (${error.code}).`
  return new Problem('provider_unavailable', { status: 502, detail })
}

/** Returns the problem for any error. */
export function asProblem(error: Error): Problem {
  if (error instanceof Problem) return error
  if (isAccessTokenError(error)) return accessTokenProblem(error)
  console.error(`Unexpected ${error.name} in the API`) // without its message, which could contain a token
  return new Problem('internal_error', { status: 500, detail: 'Something broke on this server.' })
}

function accessTokenProblem({ code, status, message, headers }: AccessTokenError): Problem {
  const isAway = code === 'keys_unavailable'
  return new Problem(isAway ? 'tenant_unavailable' : 'invalid_token', {
    status,
    detail: message,
    headers,
  })
}
