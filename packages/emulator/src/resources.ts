import { Hono } from 'hono'
import { createConnectPage } from './connect-page.js'
import type { ConnectedAccounts } from './connected-accounts.js'
import type { Context } from './context.js'
import { type Controls, createControl } from './control.js'
import { ConnectionReset } from './damage.js'
import type { DpopNonces } from './dpop-nonces.js'
import { createManagementApi } from './management-api.js'
import { createMyAccountApi } from './my-account-api.js'
import { seedAccounts } from './seed-accounts.js'
import { createStore } from './store.js'
import { rememberTenant } from './tenant-memory.js'
import { problemOfResponse, traceOf } from './trace.js'
import { createTrips, type Trips } from './trips.js'
import { createUpstreamClient } from './upstream/client.js'
import { createUpstream } from './upstream.js'
import { createVault, type Vault } from './vault.js'

/** Everything of the emulator but its authorization server. */
export interface Resources {
  /** Answers `/me/*`, `/api/v2/*`, `/connect`, `/connected-accounts/connect`, `/login/callback`, `/upstream/*` and `/_emulator/*`. */
  fetch(request: Request): Promise<Response>
  readonly vault: Vault
  readonly accounts: ConnectedAccounts
  readonly trips: Trips
  /** The DPoP nonces of the My Account API. */
  readonly nonces: DpopNonces
  /** Connects accounts without a browser; `name` is what its errors call the request. */
  readonly seed: Controls['seed']
  /** Forgets sessions, accounts, the third parties' tokens, nonces and waiting faults, and puts clock, switches and tenant back. */
  reset(): void
}

/** What may be told to the resources. */
export interface ResourcesOptions {
  /** What `POST /_emulator/reset` calls instead of the resources' own `reset`. */
  reset?: () => void | Promise<void>
}

/** Whether a path is one that `Resources.fetch` answers. */
export function isResourcePath(pathname: string): boolean {
  return /^\/((me|api\/v2|upstream|_emulator)(\/|$)|(connect|connected-accounts\/connect|login\/callback)$)/.test(
    pathname,
  )
}

/** Creates the My Account API, the Management API, the connect page, the third parties, Token Vault and the control API of one tenant. */
export function createResources(context: Context, options: ResourcesOptions = {}): Resources {
  const store = createStore(context)
  const { accounts } = store
  const upstream = createUpstream(context)
  const { url, now } = context
  const client = createUpstreamClient({ url, now, fetch: upstream.fetch })
  const trips = createTrips(context, client)
  const myAccount = createMyAccountApi(context, store)
  const management = createManagementApi(context, accounts)
  const restoreTenant = rememberTenant(context.tenant)
  const reset = () => {
    for (const part of [store, upstream, myAccount, management]) part.reset()
    for (const part of [context.clock, context.switches]) part.reset()
    for (const part of [trips, context.users]) part.clear()
    restoreTenant()
    for (const part of [context.faults, context.logs, context.requests]) part.clear()
  }
  const seed: Controls['seed'] = (request, name) =>
    seedAccounts({ context, accounts, upstream }, request, name)
  const control = createControl({ context, seed, reset: options.reset ?? reset })
  const app = new Hono()
  app.onError((error, c) => {
    if (error instanceof ConnectionReset) throw error
    console.error(error)
    return c.text('The emulator failed; its own output says how', 500)
  })
  app.route('/', createConnectPage({ context, store, trips }))
  app.route('/', control)
  app.all('/me/*', (c) => myAccount.fetch(c.req.raw))
  app.all('/api/v2/*', (c) => management.fetch(c.req.raw))
  app.all('/upstream/*', (c) => upstream.fetch(c.req.raw))
  const vault = createVault({ accounts, upstream: client, now })
  const fetch = recorded(context, async (request) => app.fetch(request))
  const { nonces } = myAccount
  return { fetch, vault, accounts, trips, nonces, seed, reset }
}

type Fetch = Resources['fetch']

// A fault may end a request without an answer, which is then recorded without a status.
function recorded({ requests }: Context, fetch: Fetch): Fetch {
  return async (request) => {
    let response: Response | undefined
    try {
      response = await fetch(request)
      const trace = traceOf(request)
      const problem = trace.problem ?? (await problemOfResponse(response))
      if (problem) trace.problem = problem
      return response
    } finally {
      const { pathname: path, searchParams: parameters } = new URL(request.url)
      const { method } = request
      requests.add(request, {
        method,
        path,
        parameters,
        ...(response && { status: response.status }),
      })
    }
  }
}
