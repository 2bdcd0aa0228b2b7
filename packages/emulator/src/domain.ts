import { Hono } from 'hono'
import { createConnectPage } from './connect/connect-page.js'
import { createProviderFlows } from './connect/provider-flow.js'
import type { Store } from './connect/sessions.js'
import type { Context } from './context/context.js'
import { type Controls, createControl } from './control/api.js'
import { createDashboard } from './dashboard/page.js'
import { BodyTooLarge, tooLarge } from './http/body.js'
import { ConnectionReset } from './http/connection-reset.js'
import { createManagementApi } from './management/api.js'
import { createMyAccountApi } from './my-account/api.js'
import type { DomainParts } from './oidc/authorization-server.js'
import type { UpstreamClient } from './upstream/client.js'
import type { Upstream } from './upstream/upstream.js'
import type { Vault } from './vault/vault.js'

/** Responds to a request. `env` is what the server adds to it: the Node request. */
export type Fetch = (request: Request, env?: object) => Response | Promise<Response>

/** Creates the authorization server of a domain, which also responds to all requests that no other part knows. */
export type CreateIssuer = (parts: DomainParts) => { fetch: Fetch }

/** One domain of the tenant. */
export interface Domain {
  readonly context: Context
  fetch: Fetch
  /** Deletes flows to third parties, nonces, proofs and rate limits. */
  reset(): void
}

/** The parts that all domains of a tenant share. */
export interface SharedParts extends Omit<Controls, 'context'> {
  /** The context of the canonical domain. */
  canonical: Context
  store: Store
  upstream: Upstream
  client: UpstreamClient
  vault: Vault
  createIssuer: CreateIssuer
}

/** Creates the router of one domain: its APIs, its pages, the third parties, the control API and, behind them, its issuer. */
export function createDomain(context: Context, shared: SharedParts): Domain {
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
