import { isTokenError } from '@connected-accounts/client'
import { exchangeConnectionToken } from '@connected-accounts/client/token-vault'
import { Hono } from 'hono'
import { createAccessTokenVerifier } from './access-token.js'
import { listEvents } from './calendar.js'
import { Problem, problemResponse } from './problem.js'
import type { Settings } from './settings.js'

/** The connection whose calendar the API reads. */
export const CONNECTION = 'google-oauth2'
/** How long the calendar may take, in milliseconds. */
export const TIMEOUT = 10_000

/** The demo's own API: a protected resource that calls a provider with the provider's token out of Token Vault. */
export function createApi(settings: Settings): Hono {
  const verifyAccessToken = createAccessTokenVerifier(settings)
  const api = new Hono()
  api.use(async (c, next) => {
    await next()
    c.header('cache-control', 'no-store')
  })
  api.get('/events', async (c) => {
    const subjectToken = await verifyAccessToken(c.req.raw)
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

/** What a failed exchange with Token Vault comes to. */
export function exchangeProblem(error: unknown): Problem {
  if (!isTokenError(error)) {
    const detail = 'The tenant did not answer the token exchange.'
    return new Problem('tenant_unavailable', { status: 502, detail })
  }
  if (error.code === 'connection_not_connected') {
    const detail = `Connect an account of ${CONNECTION} first.`
    return new Problem('not_connected', { status: 404, detail })
  }
  const detail = `The token exchange was refused (${error.code}).`
  return new Problem('provider_unavailable', { status: 502, detail })
}

/** What any error comes to. */
export function asProblem(error: Error): Problem {
  if (error instanceof Problem) return error
  console.error(`Unexpected ${error.name} in the API`) // no message: it might quote a token
  return new Problem('internal_error', { status: 500, detail: 'Something broke on this server.' })
}
