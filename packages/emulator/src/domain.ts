import { Hono } from 'hono'
import { createConnectPage } from './connect/connect-page.js'
import { createProviderFlows, type ProviderFlows } from './connect/provider-flow.js'
import type { Store } from './connect/sessions.js'
import type { Context } from './context/context.js'
import { type Controls, createControl } from './control/api.js'
import { createDashboard } from './dashboard/page.js'
import type { DpopNonces } from './dpop/nonces.js'
import { BodyTooLarge, tooLarge } from './http/body.js'
import { ConnectionReset } from './http/connection-reset.js'
import { createManagementApi } from './management/api.js'
import { createMyAccountApi } from './my-account/api.js'
import type { UpstreamClient } from './upstream/client.js'
import type { Upstream } from './upstream/upstream.js'

/** All parts of one domain except its authorization server. */
export interface DomainResources {
  readonly context: Context
  /** The redirects to third parties that begin and end at this domain. */
  readonly providerFlows: ProviderFlows
  /** The DPoP nonces of the My Account API. */
  readonly nonces: DpopNonces
  fetch(request: Request): Promise<Response>
  /** Deletes flows to third parties, nonces, proofs and rate limits. */
  reset(): void
}

/** The parts that all domains of a tenant share. */
export interface SharedResources extends Omit<Controls, 'context'> {
  /** The context of the canonical domain. */
  canonical: Context
  store: Store
  upstream: Upstream
  client: UpstreamClient
}

/** Creates the My Account API, the Management API, the connect page, the control API and the page at `/` of one domain. */
export function createDomainResources(context: Context, shared: SharedResources): DomainResources {
  const { canonical, store, upstream, client, seed, tenant, reset } = shared
  const { accounts } = store
  const providerFlows = createProviderFlows(context, client)
  const myAccount = createMyAccountApi(context, store)
  const management = createManagementApi(context, { canonical, accounts })
  const app = new Hono()
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
  app.all('/me/*', (c) => myAccount.fetch(c.req.raw))
  app.all('/api/v2/*', (c) => management.fetch(c.req.raw))
  app.all('/upstream/*', (c) => upstream.fetch(c.req.raw))
  return {
    context,
    providerFlows,
    nonces: myAccount.nonces,
    fetch: async (request) => app.fetch(request),
    reset() {
      providerFlows.clear()
      myAccount.reset()
      management.reset()
    },
  }
}
