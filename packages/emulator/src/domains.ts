import { Hono } from 'hono'
import { createConnectPage } from './connect/connect-page.js'
import { createProviderFlows } from './connect/provider-flow.js'
import { createStore, type Store } from './connect/sessions.js'
import { byHost, type Context, type Lab } from './context/context.js'
import { createTenantMemory, type TenantMemory } from './context/running-tenant.js'
import { type Controls, createControl } from './control/api.js'
import { createDashboard } from './dashboard/page.js'
import { isNonceChallenge } from './dpop/nonces.js'
import { BodyTooLarge, tooLarge } from './http/body.js'
import { ConnectionReset } from './http/connection-reset.js'
import { problemOfResponse, traceOf } from './logs/trace.js'
import { createManagementApi } from './management/api.js'
import { createMyAccountApi } from './my-account/api.js'
import type { DomainParts } from './oidc/authorization-server.js'
import { createUpstreamClient, type UpstreamClient } from './upstream/client.js'
import { createUpstream, type Upstream } from './upstream/upstream.js'
import type { ConnectedAccounts } from './vault/connected-accounts.js'
import { seedAccounts } from './vault/seed.js'
import { createVault, type Vault } from './vault/vault.js'

/** Responds to a request. `env` is what the server adds to it: the Node request and response. */
type Fetch = (request: Request, env?: object) => Response | Promise<Response>

/** Creates the authorization server of a domain, which also responds to all requests that no other part knows. */
export type CreateIssuer = (parts: DomainParts) => { fetch: Fetch }

/** The domains of a tenant, and what they share. */
export interface Domains {
  /** Handles a request. Its host selects the custom domain; for any other host, it is the canonical domain. */
  fetch(request: Request, env?: object): Promise<Response>
  readonly vault: Vault
  readonly accounts: ConnectedAccounts
  /** Connects accounts without a browser. Error messages begin with `name`. */
  readonly seed: Controls['seed']
  readonly tenant: TenantMemory
  /** The third parties. */
  readonly upstream: Upstream
  /** Deletes sessions, accounts, the third parties' tokens, nonces and faults, and resets the clock, the switches and the tenant. */
  reset(): void
}

/** The options of `createDomains`. */
export interface DomainsOptions {
  /** The contexts of the custom domains. */
  custom?: readonly Context[]
  /** Creates the authorization server of a domain. */
  createIssuer: CreateIssuer
  /** The function that `POST /_emulator/reset` calls in place of the domains' own `reset`. */
  reset?: () => void | Promise<void>
}

/**
 * Creates the APIs and pages of each domain of a tenant, the third parties, and Token Vault. `context` is that of the canonical
 * domain.
 */
export function createDomains(context: Context, options: DomainsOptions): Domains {
  const { custom = [], createIssuer } = options
  const store = createStore(context)
  const { accounts } = store
  const callbacks = [context, ...custom].map(({ url }) => `${url}/login/callback`)
  const upstream = createUpstream(context, callbacks)
  const { url, now } = context
  const client = createUpstreamClient({ url, now, fetch: upstream.fetch })
  const vault = createVault({ accounts, upstream: client, switches: context.switches, now })
  const tenant = createTenantMemory(context)
  const reset = () => {
    for (const part of [store, upstream, canonical, ...others]) part.reset()
    for (const part of [context.clock, context.switches]) part.reset()
    context.users.clear()
    tenant.reset()
    const { faults, logs, logStreams, requests } = context
    for (const part of [faults, logs, logStreams, requests]) part.clear()
  }
  const seed: Controls['seed'] = (request, name) =>
    seedAccounts({ context, accounts, upstream }, request, name)
  const resetAll = options.reset ?? reset
  const parts = { store, upstream, client, vault, createIssuer, seed, tenant, reset: resetAll }
  const shared = { ...parts, canonical: context }
  const canonical = createDomain(context, shared)
  const others = custom.map((at) => createDomain(at, shared))
  const find = byHost([canonical, ...others])
  return {
    fetch: recorded(context, (request, env, { host }) => find(host).fetch(request, env)),
    vault,
    accounts,
    upstream,
    seed,
    tenant,
    reset,
  }
}

/** One domain of the tenant. */
interface Domain {
  readonly context: Context
  fetch: Fetch
  /** Deletes flows to third parties, nonces, proofs and rate limits. */
  reset(): void
}

/** The parts that all domains of a tenant share. */
interface SharedParts extends Omit<Controls, 'context'> {
  /** The context of the canonical domain. */
  canonical: Context
  store: Store
  upstream: Upstream
  client: UpstreamClient
  vault: Vault
  createIssuer: CreateIssuer
}

/** Creates the router of one domain: its APIs, its pages, the third parties, the control API and, behind them, its issuer. */
function createDomain(context: Context, shared: SharedParts): Domain {
  const { canonical, store, upstream, client, vault, seed, tenant, reset } = shared
  const { accounts } = store
  const providerFlows = createProviderFlows(context, client)
  const myAccount = createMyAccountApi(context, store)
  const management = createManagementApi(context, { canonical, accounts })
  const { nonces } = myAccount
  const issuer = shared.createIssuer({ context, providerFlows, nonces, vault })
  const app = new Hono<{ Bindings: object }>()
  app.onError((error, c) => {
    if (error instanceof ConnectionReset) throw error
    if (error instanceof BodyTooLarge) return c.json(tooLarge(error), 413)
    console.error(error)
    return c.text('The emulator failed. Its output has the error', 500)
  })
  app.get('/healthz', (c) => c.json({ status: 'ok' }))
  app.route('/', createConnectPage({ context, store, providerFlows }))
  app.route('/', createControl({ context, seed, tenant, reset }))
  app.route('/', createDashboard(context, accounts))
  app.all('/_emulator/*', (c) => c.text('There is nothing at this path', 404))
  app.all('/me/*', (c) => myAccount.fetch(c.req.raw))
  app.all('/api/v2/*', (c) => management.fetch(c.req.raw))
  app.all('/upstream/*', (c) => upstream.fetch(c.req.raw))
  app.notFound((c) => issuer.fetch(c.req.raw, c.env))
  return {
    context,
    fetch: (request, env) => app.fetch(request, env),
    reset() {
      providerFlows.clear()
      myAccount.reset()
      management.reset()
    },
  }
}

type FetchAt = (request: Request, env: object | undefined, url: URL) => ReturnType<Fetch>

// If a fault closes the connection without a response, the request is recorded without a status.
function recorded({ requests }: Lab, fetch: FetchAt): Domains['fetch'] {
  return async (request, env) => {
    const trace = traceOf(request)
    const url = new URL(request.url)
    let response: Response | undefined
    try {
      response = await fetch(request, env, url)
      const problem = trace.problem ?? (await problemOfResponse(response))
      if (problem) trace.problem = problem
      return response
    } finally {
      const { pathname: path, searchParams } = url
      const { method } = request
      const isChallenge = trace.problem?.title === 'use_dpop_nonce'
      requests.add(request, {
        method,
        path,
        parameters: [...searchParams, ...(trace.form ?? [])],
        ...(response && {
          status: response.status,
          asksForNonce: isChallenge || (!response.ok && isNonceChallenge(response)),
        }),
      })
    }
  }
}
