import type { Tenancy } from '../context/context.js'
import { problemOf, traceOf } from '../logs/trace.js'
import { createExpiringMap } from '../memory/expiring-map.js'
import { randomString, sha256 } from '../memory/random.js'
import type { Connection } from '../tenant/tenant.js'
import type { ProviderGrant, UpstreamClient } from '../upstream/client.js'
import { issuerOf, upstreamClient } from '../upstream/provider.js'

/** The result of a flow: what the user granted, or the OAuth error for the application. */
export type Outcome = { grant: ProviderGrant } | { error: string; error_description: string }

/** A redirect of the user to a third party and back, to log in or to connect an account. */
export interface ProviderFlow {
  connection: Connection
  /** The scopes to request. */
  scopes: Iterable<string>
  /** More parameters for the third party's authorization endpoint. */
  parameters: Record<string, string>
  /** When the flow expires, in milliseconds since the epoch. */
  expiresAt: number
  /** Returns the URL to which the user is redirected next. */
  nextUrl(outcome: Outcome, request: Request): URL
}

/** The flows that have begun and not ended. Each is found by the `state` that was sent to the third party. */
export interface ProviderFlows {
  /** Begins a flow and returns the URL of the third party. */
  start(flow: ProviderFlow): Promise<URL>
  /** Ends the flow of a request to `/login/callback` and returns the next URL. Returns undefined if the `state` is unknown. */
  finish(request: Request): Promise<URL | undefined>
  clear(): void
}

interface StartedFlow {
  flow: ProviderFlow
  codeVerifier: string
}

/** Creates an empty store of flows. */
export function createProviderFlows(
  { url, providersUrl, now }: Tenancy,
  upstream: UpstreamClient,
): ProviderFlows {
  const started = createExpiringMap<StartedFlow>(now)
  const redirectUri = `${url}/login/callback`
  return {
    async start(flow) {
      const { name } = flow.connection
      const state = randomString(32)
      const codeVerifier = randomString(64)
      started.set(state, { flow, codeVerifier }, flow.expiresAt)
      const authorizeUrl = new URL(`${issuerOf(providersUrl, name)}/authorize`)
      authorizeUrl.search = new URLSearchParams({
        ...parametersOf(flow),
        response_type: 'code',
        client_id: upstreamClient(name).client_id,
        redirect_uri: redirectUri,
        state,
        code_challenge: await sha256(codeVerifier),
        code_challenge_method: 'S256',
      }).toString()
      return authorizeUrl
    },
    async finish(request) {
      const { searchParams: query } = new URL(request.url)
      const found = started.take(query.get('state') ?? '')
      if (!found) return undefined
      const { flow, codeVerifier } = found
      const connection = flow.connection.name
      // RFC 9207 §2.4: the response must come from the server that received the request.
      const code =
        query.get('iss') === issuerOf(providersUrl, connection) ? query.get('code') : null
      const grant = code && (await upstream.redeem({ connection, code, codeVerifier, redirectUri }))
      if (grant) return flow.nextUrl({ grant }, request)
      const refusal = code === null ? refusalOf(query) : refusedCode
      Object.assign(traceOf(request), { connection, problem: problemOf(refusal) })
      return flow.nextUrl(refusal, request)
    },
    clear: () => started.clear(),
  }
}

function parametersOf({ connection, scopes, parameters }: ProviderFlow): Record<string, string> {
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
