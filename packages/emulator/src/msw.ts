import { type HttpHandler, HttpResponse, http } from 'msw'
import { ConnectionReset } from './damage.js'
import { createContexts } from './domains.js'
import type { Emulator } from './emulator.js'
import { emulatorClients } from './emulator-clients.js'
import { createControls } from './emulator-controls.js'
import { createAuthorizationServer } from './msw/authorization-server.js'
import { credentialFlaw } from './msw/credentials.js'
import { createRefreshTokens, type RefreshTokens } from './msw/refresh-tokens.js'
import { createSwitchesDuring } from './msw/switches-during.js'
import { createResources, isResourcePath } from './resources.js'
import { createShared } from './shared-context.js'
import { loadSigningKey } from './signing-key.js'
import type { Tenant } from './tenant.js'
import { readTenant } from './tenant-options.js'

/** What an emulator behind msw is created with. */
export interface MswEmulatorOptions {
  /** `tenant.eu.auth0.com` or an origin; `http://localhost:4400` by default. Nothing needs to be there. */
  domain?: string
  /** Each list replaces the default one. */
  tenant?: Partial<Tenant>
}

/** An emulator that answers requests of its own process, or of its own page, without a server. */
export interface MswEmulator
  extends Omit<Emulator, 'certificate' | 'close' | 'fetch' | 'refreshTokenReuses'> {
  /** For `setupServer` and `setupWorker`: they answer every request to the emulator's domains. */
  readonly handlers: HttpHandler[]
  /**
   * Issues a refresh token as after a login with `offline_access`, good for what the client's policies say (MRRT). Throws a
   * `TypeError` that names the field if the tenant has no such user, or no such client that does not rotate them.
   */
  issueRefreshToken: RefreshTokens['issue']
}

/**
 * Creates an emulator at which nobody logs in: `issueAccessToken` and `issueRefreshToken` stand in for that, and `consent` for the
 * pages of a connect flow. Rejects with a `TypeError` that names a wrong option.
 */
export async function createEmulator({
  domain = 'http://localhost:4400',
  tenant: option,
}: MswEmulatorOptions = {}): Promise<MswEmulator> {
  const tenant = readTenant(option, { credentialFlaw })
  const url = originOf(domain)
  const signingKey = await loadSigningKey()
  const switchesDuring = createSwitchesDuring()
  const shared = createShared({ tenant, signingKey, credentialFlaw, switchesDuring }, url)
  const customUrls = (tenant.custom_domains ?? []).map((name) => withHost(url, name))
  const { canonical: context, custom } = createContexts(shared, url, customUrls)
  const resources = createResources(context, { custom })
  const refreshTokens = createRefreshTokens(context)
  const { vault } = resources
  const contexts = [context, ...custom] as const
  const authorizationServer = createAuthorizationServer({ contexts, vault, refreshTokens })
  const answer = (request: Request) =>
    isResourcePath(new URL(request.url).pathname)
      ? resources.fetch(request)
      : authorizationServer(request)
  const domains = [url, ...customUrls]
  return {
    url,
    domain: url,
    domains,
    clients: emulatorClients(context),
    handlers: domains.map((origin) => handlerOf(origin, answer)),
    get users() {
      return context.tenant.users
    },
    get connections() {
      return context.tenant.connections
    },
    get logs() {
      return context.logs.list()
    },
    onLog: context.logs.subscribe,
    ...createControls(context, resources),
    issueRefreshToken: refreshTokens.issue,
    reset() {
      refreshTokens.clear()
      resources.reset()
    },
  }
}

function originOf(domain: string): string {
  const url = domain.includes('://') ? domain : `https://${domain}`
  const { origin = 'null' } = URL.canParse(url) ? new URL(url) : {}
  if (origin !== 'null' && [origin, `${origin}/`].includes(url)) return origin
  throw new TypeError(`domain must be a host name or an origin: ${domain}`)
}

function withHost(url: string, name: string): string {
  const { protocol, port } = new URL(url)
  return new URL(`${protocol}//${name}:${port}`).origin
}

function handlerOf(origin: string, answer: (request: Request) => Promise<Response>): HttpHandler {
  const paths = new RegExp(`^${origin.replaceAll(/[.[\]]/g, '\\$&')}/`)
  return http.all(paths, async ({ request }) => {
    try {
      return await answer(request)
    } catch (error) {
      if (error instanceof ConnectionReset) return HttpResponse.error()
      throw error
    }
  })
}
