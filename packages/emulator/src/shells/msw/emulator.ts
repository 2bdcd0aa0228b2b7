import { type HttpHandler, HttpResponse, http } from 'msw'
import { type Actions, readActions } from '../../actions/post-login.js'
import { createContexts } from '../../context/context.js'
import { refuseUnknown } from '../../control/check-options.js'
import { emulatorClients } from '../../control/clients.js'
import { createControls } from '../../control/controls.js'
import { createDomains } from '../../domains.js'
import type { Emulator } from '../../emulator.js'
import { ConnectionReset } from '../../http/connection-reset.js'
import { readTenant } from '../../tenant/read-tenant.js'
import { loadSigningKey } from '../../tenant/signing-key.js'
import type { Tenant } from '../../tenant/tenant.js'
import { createExchangeLimit } from '../../vault/guard-exchange.js'
import { createIssuer } from './authorization-server.js'
import { credentialFlaw } from './limits.js'
import { createRefreshTokens, type RefreshTokens } from './refresh-tokens.js'
import { createSwitchesDuring } from './switches-during.js'

/** The options of `createEmulator` for msw. */
export interface MswEmulatorOptions {
  /**
   * The tenant's domain in your application: a host name such as `tenant.eu.auth0.com`, or an origin. `http://localhost:4400` by
   * default. No server has to run there.
   */
  domain?: string
  /** The tenant to start with. Each list that you pass replaces the default list; see `defaultTenant`. */
  tenant?: Partial<Tenant>
  /** The tenant's Actions: none by default. They run at each refresh. */
  actions?: Actions
}

/** An emulator that responds to the requests of the same process or page, without a server. */
export interface MswEmulator
  extends Omit<Emulator, 'certificate' | 'close' | 'fetch' | 'refreshTokenReuses' | 'snapshot'> {
  /** The handlers for msw's `setupServer` or `setupWorker`. They respond to every request to the emulator's domains. */
  readonly handlers: HttpHandler[]
  /**
   * Issues a refresh token without a login, as after a login with `offline_access`. It can be exchanged for the audiences in the
   * client's refresh token policies (MRRT).
   *
   * @throws {TypeError} if the tenant has no such user or client, or the client rotates its refresh tokens. The message names the
   *   field.
   */
  issueRefreshToken: RefreshTokens['issue']
}

/**
 * Creates an emulator for [msw](https://mswjs.io). It has no pages: use `issueAccessToken` or `issueRefreshToken` in place of a
 * login, and `consent` in place of the provider's page.
 *
 * @throws {TypeError} if an option is wrong. The message names the field.
 *
 * @example
 * ```ts
 * const emulator = await createEmulator({ domain: 'tenant.eu.auth0.com' })
 * const server = setupServer(...emulator.handlers)
 * server.listen()
 * ```
 */
export async function createEmulator({
  domain = 'http://localhost:4400',
  tenant: option,
  actions,
  ...rest
}: MswEmulatorOptions = {}): Promise<MswEmulator> {
  refuseUnknown(rest)
  const tenant = readTenant(option, { credentialFlaw })
  const url = originOf(domain)
  const signingKey = await loadSigningKey()
  const switchesDuring = createSwitchesDuring()
  const checked = { tenant, actions: readActions(actions) }
  const settings = { ...checked, signingKey, credentialFlaw, switchesDuring }
  const customUrls = (tenant.custom_domains ?? []).map((name) => withHost(url, name))
  const { canonical: context, custom } = createContexts(settings, { url, customUrls })
  const refreshTokens = createRefreshTokens(context)
  const exchangeLimit = createExchangeLimit(context)
  const domains = createDomains(context, {
    custom,
    createIssuer: (domain) => createIssuer({ ...domain, exchangeLimit, refreshTokens }),
  })
  const origins = [url, ...customUrls]
  return {
    url,
    domain: url,
    domains: origins,
    clients: emulatorClients(context),
    handlers: origins.map((origin) => handlerOf(origin, domains.fetch)),
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
    ...createControls(context, domains),
    issueRefreshToken: refreshTokens.issue,
    reset() {
      for (const part of [refreshTokens, exchangeLimit]) part.clear()
      domains.reset()
    },
  }
}

function originOf(domain: string): string {
  const url = String(domain).includes('://') ? domain : `https://${domain}`
  const { origin = 'null' } = URL.canParse(url) ? new URL(url) : {}
  if (typeof domain === 'string' && origin !== 'null' && [origin, `${origin}/`].includes(url))
    return origin
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
