import { Hono } from 'hono'
import type { Context, Tenancy } from '../context/context.js'
import type { Fault, PageOperation } from '../faults/faults.js'
import { faultPage, meetFault } from '../faults/meet-fault.js'
import { isAllowedCallback } from '../tenant/clients.js'
import { type AuthorizeEndpoint, createAuthorizeEndpoint } from './authorize.js'
import { calendarEvents } from './calendar.js'
import { accessOf, createProvider, type Provider } from './provider.js'
import { revoke, token } from './token.js'

/** The third parties under `/upstream/<connection name>`. */
export interface Upstream {
  fetch(request: Request): Promise<Response>
  /** Returns the third party of a connection, if the tenant has the connection. */
  provider(connection: string): Provider | undefined
  /** Deletes all codes and tokens, and keeps the keys. */
  reset(): void
}

interface ThirdParty {
  provider: Provider
  endpoint: AuthorizeEndpoint
}

/**
 * Creates a third party for each connection of the tenant: discovery, JWKS, a consent page, a token endpoint for code and
 * refresh, revocation and userinfo. With the strategy `google-oauth2` it also has a calendar. `callbacks` are the callback URLs of
 * the tenant's domains.
 */
export function createUpstream(context: Context, callbacks: readonly string[]): Upstream {
  const parties = new Map<string, ThirdParty>()
  const find = (name: string) => {
    const connection = context.tenant.connections.find((known) => known.name === name)
    if (!connection) return undefined
    const party =
      parties.get(name) ?? createThirdParty(context, createProvider(context, connection), callbacks)
    parties.set(name, party)
    return party
  }
  const app = createApp(context, find)
  return {
    fetch(request) {
      const [, path = ''] = /^\/upstream\/[^/]+\/(\w+)$/.exec(new URL(request.url).pathname) ?? []
      const operation = operations[path]
      return meetFault(context, {
        operation,
        answer: () =>
          context.switches.get().provider === 'up'
            ? app.fetch(request)
            : Response.json({ error: 'temporarily_unavailable' }, { status: 503 }),
        refuse: operation === 'providerToken' ? tokenFault : faultPage,
      })
    },
    provider: (connection) => find(connection)?.provider,
    reset() {
      for (const { provider, endpoint } of parties.values()) {
        provider.grants.clear()
        endpoint.reset()
      }
    },
  }
}

function createThirdParty(
  { now }: Tenancy,
  provider: Provider,
  tenantCallbacks: readonly string[],
): ThirdParty {
  const callbacks = [...tenantCallbacks, 'http://localhost:*']
  const isCallback = (callback: string) => isAllowedCallback({ callbacks }, callback)
  return { provider, endpoint: createAuthorizeEndpoint(provider, { now, isCallback }) }
}

const operations: Record<string, PageOperation> = {
  authorize: 'providerAuthorize',
  consent: 'providerConsent',
  token: 'providerToken',
}

function tokenFault({ status, headers = {}, problem }: Fault): Response | undefined {
  if (status === undefined) return undefined
  const error_description = 'A fault of the emulator made this request fail'
  const error = status < 500 ? 'invalid_grant' : 'temporarily_unavailable'
  return Response.json({ error, error_description, ...problem }, { status, headers })
}

type Answer = (party: ThirdParty, request: Request) => Response | Promise<Response>

function createApp({ now }: Tenancy, find: (name: string) => ThirdParty | undefined): Hono {
  const app = new Hono()
  const route = (method: 'GET' | 'POST', path: string, answer: Answer) => {
    app.on(method, `/upstream/:name${path}`, (c) => {
      const party = find(c.req.param('name') ?? '')
      return party ? answer(party, c.req.raw) : c.notFound()
    })
  }
  route('GET', '/.well-known/openid-configuration', ({ provider }) =>
    Response.json(metadata(provider)),
  )
  route('GET', '/jwks', async ({ provider }) => {
    return Response.json({ keys: [(await provider.key()).publicJwk] })
  })
  route('GET', '/authorize', ({ endpoint }, request) => endpoint.authorize(request))
  route('POST', '/consent', ({ endpoint }, request) => endpoint.consent(request))
  route('POST', '/token', ({ provider }, request) => token(provider, request, now()))
  route('POST', '/revoke', ({ provider }, request) => revoke(provider, request))
  route('GET', '/userinfo', ({ provider }, request) => userinfo(provider, request))
  const events = '/calendar/v3/calendars/primary/events'
  route('GET', events, ({ provider }, request) =>
    provider.isGoogle ? calendarEvents(provider, request, now()) : notFound(),
  )
  app.notFound(notFound)
  // The caller handles errors, as it does for its other parts.
  app.onError((error) => {
    throw error
  })
  return app
}

function notFound(): Response {
  return Response.json({ error: 'not_found' }, { status: 404 })
}

function userinfo(provider: Provider, request: Request): Response {
  const access = accessOf(provider, request)
  const { sub, ...anonymous } = access?.account ?? {}
  const isSent = provider.switches.get().providerUserId === 'sent'
  if (access) return Response.json(isSent ? { sub, ...anonymous } : anonymous)
  const headers = { 'www-authenticate': 'Bearer error="invalid_token"' }
  return Response.json({ error: 'invalid_token' }, { status: 401, headers })
}

function metadata({ issuer }: Provider): Record<string, unknown> {
  return {
    issuer,
    authorization_endpoint: `${issuer}/authorize`,
    token_endpoint: `${issuer}/token`,
    jwks_uri: `${issuer}/jwks`,
    userinfo_endpoint: `${issuer}/userinfo`,
    revocation_endpoint: `${issuer}/revoke`,
    response_types_supported: ['code'],
    grant_types_supported: ['authorization_code', 'refresh_token'],
    subject_types_supported: ['public'],
    id_token_signing_alg_values_supported: ['RS256'],
    token_endpoint_auth_methods_supported: ['client_secret_basic', 'client_secret_post'],
    code_challenge_methods_supported: ['S256'],
    authorization_response_iss_parameter_supported: true,
  }
}
