import { createStore } from './connect/sessions.js'
import { byHost, type Context, type Lab } from './context/context.js'
import { createTenantMemory, type TenantMemory } from './context/running-tenant.js'
import type { Controls } from './control/api.js'
import { createDomainResources, type DomainResources } from './domain.js'
import { isNonceChallenge } from './dpop/nonces.js'
import { problemOfResponse, traceOf } from './logs/trace.js'
import { createUpstreamClient } from './upstream/client.js'
import { createUpstream } from './upstream/upstream.js'
import type { ConnectedAccounts } from './vault/connected-accounts.js'
import { seedAccounts } from './vault/seed.js'
import { createVault, type Vault } from './vault/vault.js'

/** All parts of the emulator except its authorization server. */
export interface Resources {
  /**
   * Handles `/`, `/healthz`, `/me/*`, `/api/v2/*`, `/connect`, `/connected-accounts/connect`, `/login/callback`, `/upstream/*` and
   * `/_emulator/*`. The host of the request selects the custom domain; for any other host, it is the canonical domain.
   */
  fetch(request: Request): Promise<Response>
  readonly vault: Vault
  readonly accounts: ConnectedAccounts
  /** The parts of each domain, the canonical one first. */
  readonly domains: readonly [DomainResources, ...DomainResources[]]
  /** Connects accounts without a browser. Error messages begin with `name`. */
  readonly seed: Controls['seed']
  readonly tenant: TenantMemory
  /** Deletes sessions, accounts, the third parties' tokens, nonces and faults, and resets the clock, the switches and the tenant. */
  reset(): void
}

/** The options of `createResources`. */
export interface ResourcesOptions {
  /** The contexts of the custom domains. */
  custom?: readonly Context[]
  /** The function that `POST /_emulator/reset` calls in place of the resources' own `reset`. */
  reset?: () => void | Promise<void>
}

/** Returns whether `Resources.fetch` handles a path. */
export function isResourcePath(pathname: string): boolean {
  return /^\/($|healthz$|(me|api\/v2|upstream|_emulator)(\/|$)|(connect|connected-accounts\/connect|login\/callback)$)/.test(
    pathname,
  )
}

/**
 * Creates the APIs and pages of each domain of a tenant, the third parties, and Token Vault. `context` is that of the canonical
 * domain.
 */
export function createResources(context: Context, options: ResourcesOptions = {}): Resources {
  const { custom = [] } = options
  const store = createStore(context)
  const { accounts } = store
  const callbacks = [context, ...custom].map(({ url }) => `${url}/login/callback`)
  const upstream = createUpstream(context, callbacks)
  const { url, now } = context
  const client = createUpstreamClient({ url, now, fetch: upstream.fetch })
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
  const shared = { canonical: context, store, upstream, client, seed, tenant, reset: resetAll }
  const canonical = createDomainResources(context, shared)
  const others = custom.map((at) => createDomainResources(at, shared))
  const find = byHost([canonical, ...others])
  return {
    fetch: recorded(context, (request) => find(new URL(request.url).host).fetch(request)),
    vault: createVault({ accounts, upstream: client, switches: context.switches, now }),
    accounts,
    domains: [canonical, ...others],
    seed,
    tenant,
    reset,
  }
}

type Fetch = Resources['fetch']

// If a fault closes the connection without a response, the request is recorded without a status.
function recorded({ requests }: Lab, fetch: Fetch): Fetch {
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
        ...(response && { status: response.status, asksForNonce: isNonceChallenge(response) }),
      })
    }
  }
}
