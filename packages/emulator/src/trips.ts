import type { ProviderGrant } from './connected-accounts.js'
import type { Context } from './context.js'
import { createExpiringMap } from './expiring-map.js'
import { randomString, sha256 } from './secrets.js'
import type { Connection } from './tenant.js'
import { problemOf, traceOf } from './trace.js'
import type { UpstreamClient } from './upstream/client.js'
import { issuerOf, upstreamClient } from './upstream/provider.js'

/** What came of a trip: what the person granted, or the OAuth error of which the application will hear. */
export type Outcome = { grant: ProviderGrant } | { error: string; error_description: string }

/** A person's way to a third party and back, to log in or to connect an account. */
export interface Trip {
  connection: Connection
  /** What to ask for. */
  scopes: Iterable<string>
  /** More parameters for the third party. */
  parameters: Record<string, string>
  /** Milliseconds since the epoch. */
  expiresAt: number
  /** Says where the person goes on. */
  comeBack(outcome: Outcome, request: Request): URL
}

/** The trips that people are on, each known by the `state` with which it left. */
export interface Trips {
  /** The URL of the third party at which a trip begins. */
  depart(trip: Trip): Promise<URL>
  /** Where the person goes on who came to `/login/callback` with this request; `undefined` if no trip has its `state`. */
  comeBack(request: Request): Promise<URL | undefined>
  clear(): void
}

interface Departure {
  trip: Trip
  codeVerifier: string
}

/** No trips yet. */
export function createTrips({ url, providersUrl, now }: Context, upstream: UpstreamClient): Trips {
  const departures = createExpiringMap<Departure>(now)
  const redirectUri = `${url}/login/callback`
  return {
    async depart(trip) {
      const { name } = trip.connection
      const state = randomString(32)
      const codeVerifier = randomString(64)
      departures.set(state, { trip, codeVerifier }, trip.expiresAt)
      const departure = new URL(`${issuerOf(providersUrl, name)}/authorize`)
      departure.search = new URLSearchParams({
        ...parametersOf(trip),
        response_type: 'code',
        client_id: upstreamClient(name).client_id,
        redirect_uri: redirectUri,
        state,
        code_challenge: await sha256(codeVerifier),
        code_challenge_method: 'S256',
      }).toString()
      return departure
    },
    async comeBack(request) {
      const { searchParams: query } = new URL(request.url)
      const departure = departures.take(query.get('state') ?? '')
      if (!departure) return undefined
      const { trip, codeVerifier } = departure
      const connection = trip.connection.name
      // RFC 9207 §2.4: the answer must come from the server that was asked.
      const code =
        query.get('iss') === issuerOf(providersUrl, connection) ? query.get('code') : null
      const grant = code && (await upstream.redeem({ connection, code, codeVerifier, redirectUri }))
      if (grant) return trip.comeBack({ grant }, request)
      const refusal = code === null ? refusalOf(query) : refusedCode
      Object.assign(traceOf(request), { connection, problem: problemOf(refusal) })
      return trip.comeBack(refusal, request)
    },
    clear: () => departures.clear(),
  }
}

function parametersOf({ connection, scopes, parameters }: Trip): Record<string, string> {
  const wanted = new Set(scopes)
  // Google knows no such scope; it has a parameter instead.
  const isOffline = connection.strategy === 'google-oauth2' && wanted.delete('offline_access')
  return {
    ...(isOffline && { access_type: 'offline' }),
    ...parameters,
    ...(wanted.size > 0 && { scope: [...wanted].join(' ') }),
  }
}

function refusalOf(query: URLSearchParams): Outcome {
  return {
    error: query.get('error') ?? 'server_error',
    error_description: query.get('error_description') ?? 'The provider did not grant access',
  }
}

const refusedCode = {
  error: 'server_error',
  error_description: 'The provider refused its code',
}
