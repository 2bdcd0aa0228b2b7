import type { IncomingMessage, ServerResponse } from 'node:http'
import { type AdapterFactory, Provider } from 'oidc-provider'
import type { ProviderFlows } from '../connect/provider-flow.js'
import { byHost, type Context, type Tenancy } from '../context/context.js'
import type { DpopNonces } from '../dpop/nonces.js'
import type { BufferedRequest } from '../http/buffered-request.js'
import { isAllowedCallback } from '../tenant/clients.js'
import type { Vault } from '../vault/vault.js'
import { createOidcStore, type OidcStore } from './adapter.js'
import { oidcConfiguration } from './configuration.js'
import { serveConsentPage } from './login/consent-page.js'
import { type Consents, createConsents } from './login/consents.js'
import { createLoginOutcomes, type LoginOutcomes } from './login/login-outcomes.js'
import { serveLoginPage } from './login/login-page.js'
import { createGrantOrganizations, type GrantOrganizations } from './login/organization-grants.js'
import { serveOtpPage } from './login/otp-page.js'
import { serveLogout } from './logout/logout.js'
import { serveMfaApi } from './mfa/mfa-api.js'
import { registerMfaOtpGrant } from './mfa/mfa-otp-grant.js'
import { createMfaTimes, type MfaTimes } from './mfa/mfa-times.js'
import { createMfaTransactions, type MfaTransactions } from './mfa/mfa-transactions.js'
import { createExchangeLimit, type ExchangeLimit } from './middleware/exchange-limit.js'
import { answerTokenFaults } from './middleware/faults.js'
import { refuseBadJson, withFormBody } from './middleware/json-body.js'
import { logExchanges } from './middleware/log-exchanges.js'
import { refuseNotEmulated } from './middleware/not-emulated.js'
import { sendPlainJson } from './middleware/plain-json.js'
import { requirePlainPaths } from './middleware/plain-path.js'
import { narrowPreflights } from './middleware/preflight.js'
import { recordRequests } from './middleware/record-requests.js'
import { refuseWebOrigins } from './middleware/web-origins.js'
import { addClaims, replaceDpopAlgorithms } from './provider-internals.js'
import { registerClientCredentialsGrant } from './token/client-credentials.js'
import { describeTokenErrors } from './token/errors.js'
import { createTokenNonces } from './token/nonces.js'
import { registerRefreshTokenGrant } from './token/refresh-token.js'
import { registerTokenVaultExchange } from './token/token-vault.js'
import { serveUserinfo } from './token/userinfo.js'

/** The tenant's authorization server, as a listener for a Node HTTP server. */
export interface AuthorizationServer {
  handle(request: BufferedRequest, response: ServerResponse): Promise<void>
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
  domains: readonly [DomainParts, ...DomainParts[]]
}

/** The other parts of a domain that its issuer uses. */
export interface DomainParts {
  readonly context: Context
  /** The redirects to third parties that begin and end at this domain. */
  readonly providerFlows: ProviderFlows
  /** The DPoP nonces of its My Account API. */
  readonly nonces: DpopNonces
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
  const outcomes = createLoginOutcomes(canonical.context.now)
  const mfaTimes = createMfaTimes(canonical.context.now)
  const mfaTransactions = createMfaTransactions(canonical.context.now)
  const exchangeLimit = createExchangeLimit(canonical.context)
  const mfa = { mfaTimes, mfaTransactions }
  const stores = { organizations, consents, outcomes, exchangeLimit, ...mfa }
  const shared = { ...stores, store, vault, onReuse }
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
      for (const part of [...Object.values(stores), ...issuers]) part.clear()
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
  outcomes: LoginOutcomes
  mfaTimes: MfaTimes
  mfaTransactions: MfaTransactions
  exchangeLimit: ExchangeLimit
  vault: Vault
  onReuse(): void
}

function createIssuer(
  { context, providerFlows, nonces: myAccountNonces }: DomainParts,
  { store, exchangeLimit, vault, ...shared }: SharedByIssuers,
): Issuer {
  const nonces = createTokenNonces(context, myAccountNonces)
  const adapter = adapterOf(store, context)
  const configuration = oidcConfiguration(context, {
    adapter,
    nonces,
    ...shared,
  })
  const provider = new Provider(context.issuer, configuration)
  // Reads `X-Forwarded-Proto`, which `handle` sets. Behind a proxy, the public URL can be https although the emulator serves http.
  provider.proxy = true
  customizeClients(provider, context)
  addClaims(provider)
  replaceDpopAlgorithms(provider, () => context.switches.get().dpopAlgs.split(' '))
  registerRefreshTokenGrant({ provider, context, ...shared })
  registerMfaOtpGrant({ provider, context, ...shared })
  registerClientCredentialsGrant(provider, context)
  registerTokenVaultExchange(provider, context, vault)
  describeTokenErrors(provider, context)
  recordRequests(provider, context)
  sendPlainJson(provider)
  requirePlainPaths(provider)
  refuseNotEmulated(provider)
  narrowPreflights(provider)
  answerTokenFaults(provider, context, nonces)
  refuseBadJson(provider)
  refuseWebOrigins(provider, context)
  exchangeLimit.guard(provider)
  nonces.guard(provider)
  logExchanges(provider, context)
  const loginPage = serveLoginPage({ provider, context, providerFlows })
  serveOtpPage({ provider, context, ...shared })
  serveConsentPage({ provider, context, ...shared })
  serveMfaApi(provider, { context, ...shared })
  serveLogout(provider, context)
  serveUserinfo(provider, context)
  const callback = provider.callback()
  return {
    context,
    clear: () => loginPage.clear(),
    async handle(request, response) {
      if (isNavigationElsewhere(request, context))
        return redirectToDomain(request, response, context)
      // oidc-provider builds its URLs, except the issuer, from these headers.
      const { host, protocol } = new URL(context.url)
      request.headers.host = host
      request.headers['x-forwarded-proto'] = protocol.slice(0, -1)
      delete request.headers['x-forwarded-host']
      await callback(withFormBody(request), response)
    },
  }
}

// These are valid only at the domain that issued them (a JWT has its issuer inside). All other models belong to the whole tenant.
const ofOneDomain = ['AccessToken', 'AuthorizationCode']

function adapterOf({ adapter }: OidcStore, { issuer }: Tenancy): AdapterFactory {
  return (name) => adapter(ofOneDomain.includes(name) ? `${name} of ${issuer}` : name)
}

function customizeClients(provider: Provider, { tenant }: Tenancy): void {
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
function isNavigationElsewhere({ method, url = '', headers }: IncomingMessage, context: Tenancy) {
  const isNavigation = method === 'GET' && /^\/(authorize|v2\/logout|oidc\/logout)\b/.test(url)
  return isNavigation && headers.host !== new URL(context.url).host
}

function redirectToDomain(
  { url = '' }: IncomingMessage,
  response: ServerResponse,
  context: Tenancy,
): void {
  response.writeHead(307, { location: context.url + url }).end()
}
