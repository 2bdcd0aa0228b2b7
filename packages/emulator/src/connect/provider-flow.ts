import type { Tenancy } from '../context/context.js'
import { problemOf, traceOf } from '../logs/trace.js'
import { createExpiringMap } from '../memory/expiring-map.js'
import { randomString, sha256 } from '../memory/random.js'
import type { Connection } from '../tenant/tenant.js'
import type { ProviderGrant, UpstreamClient } from '../upstream/client.js'
import { issuerOf, upstreamClient } from '../upstream/provider.js'

/** The result of a trip: what the user granted, or the OAuth error for the application. */
export type Outcome = { grant: ProviderGrant } | { error: string; error_description: string }

/** A redirect of the user to a third party and back, to log in or to connect an account. */
export interface Trip {
  connection: Connection
  /** The scopes to request. */
  scopes: Iterable<string>
  /** More parameters for the third party's authorization endpoint. */
  parameters: Record<string, string>
  /** When the trip expires, in milliseconds since the epoch. */
  expiresAt: number
  /** Returns the URL to which the user is redirected next. */
  comeBack(outcome: Outcome, request: Request): URL
}

/** The trips that have begun and not ended. Each is found by the `state` that was sent to the third party. */
export interface Trips {
  /** Begins a trip and returns the URL of the third party. */
  depart(trip: Trip): Promise<URL>
  /** Ends the trip of a request to `/login/callback` and returns the next URL. Returns undefined if the `state` is unknown. */
  comeBack(request: Request): Promise<URL | undefined>
  clear(): void
}

interface Departure {
  trip: Trip
  codeVerifier: string
}

/** Creates an empty store of trips. */
export function createTrips({ url, providersUrl, now }: Tenancy, upstream: UpstreamClient): Trips {
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
      // RFC 9207 §2.4: the response must come from the server that received the request.
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
  // Google has a parameter in place of this scope.
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
