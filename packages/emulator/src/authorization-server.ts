import type { IncomingMessage, ServerResponse } from 'node:http'
import { type AdapterFactory, Provider } from 'oidc-provider'
import { isAllowedCallback } from './callbacks.js'
import type { Context } from './context.js'
import type { DomainResources } from './domain-resources.js'
import { byHost } from './domains.js'
import { createOidcStore, type OidcStore } from './oidc/adapter.js'
import { registerClientCredentialsGrant } from './oidc/client-credentials-grant.js'
import { oidcConfiguration } from './oidc/configuration.js'
import { serveConsentPage } from './oidc/consent-page.js'
import { type Consents, createConsents } from './oidc/consents.js'
import { switchDpopAlgorithms } from './oidc/dpop-algorithms.js'
import { createGrantOrganizations, type GrantOrganizations } from './oidc/grant-organizations.js'
import { refuseBadJson, withFormBody } from './oidc/json-body.js'
import { logExchanges } from './oidc/log-exchanges.js'
import { serveLoginPage } from './oidc/login-page.js'
import { serveLogout } from './oidc/logout.js'
import { requirePlainPaths } from './oidc/plain-path.js'
import { narrowPreflights } from './oidc/preflight.js'
import { recordRequests } from './oidc/record-requests.js'
import { registerRefreshTokenGrant } from './oidc/refresh-token-grant.js'
import { describeTokenErrors } from './oidc/token-errors.js'
import { answerTokenFaults } from './oidc/token-fault.js'
import { createTokenNonces } from './oidc/token-nonces.js'
import { registerTokenVaultExchange } from './oidc/token-vault-exchange.js'
import { serveUserinfo } from './oidc/userinfo.js'
import type { Vault } from './vault.js'
import type { WholeRequest } from './whole-request.js'

/** The tenant's authorization server, as a listener for a Node HTTP server. */
export interface AuthorizationServer {
  handle(request: WholeRequest, response: ServerResponse): Promise<void>
  /** How many times a client reused a rotated refresh token, which revokes the token family. */
  readonly refreshTokenReuses: number
  /** Deletes all sessions, grants, codes and tokens. */
  reset(): void
}

/** The options of `createAuthorizationServer`. */
export interface AuthorizationServerOptions {
  /** Token Vault, for its exchange. */
  vault: Vault
  /** The other parts of each domain, the canonical one first. */
  domains: readonly [DomainResources, ...DomainResources[]]
}

/** Creates the login, token and logout endpoints of the tenant. Each domain has an issuer, and all issuers share one store. */
export function createAuthorizationServer({
  vault,
  domains,
}: AuthorizationServerOptions): AuthorizationServer {
  const [canonical, ...others] = domains
  const store = createOidcStore(canonical.context.now)
  let refreshTokenReuses = 0
  const onReuse = () => {
    refreshTokenReuses += 1
  }
  const organizations = createGrantOrganizations(canonical.context)
  const consents = createConsents(canonical.context.now)
  const shared = { store, organizations, consents, vault, onReuse }
  const issuers: [Issuer, ...Issuer[]] = [
    createIssuer(canonical, shared),
    ...others.map((domain) => createIssuer(domain, shared)),
  ]
  const find = byHost(issuers)
  return {
    handle: (request, response) => find(request.headers.host ?? '').handle(request, response),
    get refreshTokenReuses() {
      return refreshTokenReuses
    },
    reset() {
      store.reset()
      for (const part of [organizations, consents, ...issuers]) part.clear()
      refreshTokenReuses = 0
    },
  }
}

/** One instance of oidc-provider, which has one issuer. */
interface Issuer extends Pick<AuthorizationServer, 'handle'> {
  context: Context
  /** Deletes the state that is not in the store. */
  clear(): void
}

interface SharedByIssuers {
  store: OidcStore
  organizations: GrantOrganizations
  consents: Consents
  vault: Vault
  onReuse(): void
}

function createIssuer(
  { context, trips, nonces: myAccountNonces }: DomainResources,
  { store, organizations, consents, vault, onReuse }: SharedByIssuers,
): Issuer {
  const nonces = createTokenNonces(context, myAccountNonces)
  const adapter = adapterOf(store, context)
  const configuration = oidcConfiguration(context, {
    adapter,
    nonces,
    organizations,
    consents,
  })
  const provider = new Provider(context.issuer, configuration)
  customizeClients(provider, context)
  switchDpopAlgorithms(provider, context)
  registerRefreshTokenGrant({ provider, context, organizations, onReuse })
  registerClientCredentialsGrant(provider, context)
  registerTokenVaultExchange(provider, context, vault)
  describeTokenErrors(provider, context)
  recordRequests(provider, context)
  requirePlainPaths(provider)
  narrowPreflights(provider)
  answerTokenFaults(provider, context, nonces)
  refuseBadJson(provider)
  nonces.guard(provider)
  logExchanges(provider, context)
  const loginPage = serveLoginPage({ provider, context, trips })
  serveConsentPage({ provider, context, consents })
  serveLogout(provider, context)
  serveUserinfo(provider, context)
  const callback = provider.callback()
  return {
    context,
    clear: () => loginPage.clear(),
    async handle(request, response) {
      if (isNavigationElsewhere(request, context)) return sendHome(request, response, context)
      // oidc-provider builds its URLs, except the issuer, from this header.
      request.headers.host = new URL(context.url).host
      await callback(withFormBody(request), response)
    },
  }
}

// These are valid only at the domain that issued them (a JWT has its issuer inside). All other models belong to the whole tenant.
const ofOneDomain = ['AccessToken', 'AuthorizationCode']

function adapterOf({ adapter }: OidcStore, { issuer }: Context): AdapterFactory {
  return (name) => adapter(ofOneDomain.includes(name) ? `${name} of ${issuer}` : name)
}

function customizeClients(provider: Provider, { tenant }: Context): void {
  Object.assign(provider.Client.prototype, {
    redirectUriAllowed(this: { clientId: string }, url: string) {
      const client = tenant.clients.find(({ client_id }) => client_id === this.clientId)
      return isAllowedCallback(client, url)
    },
    // ID tokens of Auth0 have `sid`.
    includeSid: () => true,
  })
}

// 127.0.0.1 and localhost do not share cookies, so a login must begin and continue at the same host.
function isNavigationElsewhere({ method, url = '', headers }: IncomingMessage, context: Context) {
  const isNavigation = method === 'GET' && /^\/(authorize|v2\/logout|oidc\/logout)\b/.test(url)
  return isNavigation && headers.host !== new URL(context.url).host
}

function sendHome({ url = '' }: IncomingMessage, response: ServerResponse, context: Context): void {
  response.writeHead(307, { location: context.url + url }).end()
}
