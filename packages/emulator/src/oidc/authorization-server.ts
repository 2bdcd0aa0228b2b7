import type { Hono } from 'hono'
import { type AdapterFactory, Provider } from 'oidc-provider'
import type { ProviderFlows } from '../connect/provider-flow.js'
import type { Context, Tenancy } from '../context/context.js'
import type { DpopNonces } from '../dpop/nonces.js'
import { isAllowedCallback } from '../tenant/clients.js'
import { createExchangeLimit, type ExchangeLimit } from '../vault/guard-exchange.js'
import type { Vault } from '../vault/vault.js'
import { createOidcStore, type OidcStore } from './adapter.js'
import { oidcConfiguration } from './configuration.js'
import { createIssuerRoutes } from './issuer.js'
import { serveConsentPage } from './login/consent-page.js'
import { type Consents, createConsents } from './login/consents.js'
import { createLoginOutcomes, type LoginOutcomes } from './login/login-outcomes.js'
import { serveLoginPage } from './login/login-page.js'
import { createGrantOrganizations, type GrantOrganizations } from './login/organization-grants.js'
import { serveOtpPage } from './login/otp-page.js'
import { serveLogout } from './logout/logout.js'
import { registerMfaOtpGrant } from './mfa/mfa-otp-grant.js'
import { createMfaTimes, type MfaTimes } from './mfa/mfa-times.js'
import { createMfaTransactions, type MfaTransactions } from './mfa/mfa-transactions.js'
import { createOneTimePasswords, type OneTimePasswords } from './mfa/one-time-password.js'
import type { NodeEnv } from './middleware/env.js'
import { correctHeaders, serveUnknownPaths } from './middleware/provider-responses.js'
import { traceRequests } from './middleware/trace-requests.js'
import { addClaims, replaceDpopAlgorithms } from './provider-internals.js'
import { registerClientCredentialsGrant } from './token/client-credentials.js'
import { describeTokenErrors } from './token/errors.js'
import { createTokenNonces } from './token/nonces.js'
import { registerRefreshTokenGrant } from './token/refresh-token.js'
import { registerTokenVaultExchange } from './token/token-vault.js'

/** The tenant's authorization server. Each domain has an issuer, and all issuers share one store. */
export interface AuthorizationServer {
  /** Creates the login, token and logout endpoints of a domain. */
  createIssuer(domain: DomainParts): Hono<NodeEnv>
  /** How many times a client reused a rotated refresh token, which revokes the token family. */
  readonly refreshTokenReuses: number
  /** Deletes all sessions, grants, codes and tokens. */
  reset(): void
}

/** The options of `createAuthorizationServer`. */
export interface AuthorizationServerOptions {
  /** False behind a proxy, which may send its own name for the emulator as the host. */
  redirectsToDomain: boolean
}

/** The other parts of a domain that its issuer uses. */
export interface DomainParts {
  readonly context: Context
  /** The redirects to third parties that begin and end at this domain. */
  readonly providerFlows: ProviderFlows
  /** The DPoP nonces of its My Account API. */
  readonly nonces: DpopNonces
  /** Token Vault, for its exchange. */
  readonly vault: Vault
}

/** Creates the authorization server of a tenant. `context` is that of the canonical domain. */
export function createAuthorizationServer(
  context: Context,
  options: AuthorizationServerOptions,
): AuthorizationServer {
  let refreshTokenReuses = 0
  const shared: SharedByIssuers = {
    ...options,
    store: createOidcStore(context.now),
    organizations: createGrantOrganizations(context),
    consents: createConsents(context.now),
    outcomes: createLoginOutcomes(context.now),
    mfaTimes: createMfaTimes(context.now),
    mfaTransactions: createMfaTransactions(context.now),
    oneTimePasswords: createOneTimePasswords(),
    exchangeLimit: createExchangeLimit(context),
    onReuse() {
      refreshTokenReuses += 1
    },
  }
  const loginPages: { clear(): void }[] = []
  return {
    createIssuer(domain) {
      const { routes, loginPage } = createIssuer(domain, shared)
      loginPages.push(loginPage)
      return routes
    },
    get refreshTokenReuses() {
      return refreshTokenReuses
    },
    reset() {
      const { store, organizations, consents, exchangeLimit } = shared
      const { outcomes, mfaTimes, mfaTransactions, oneTimePasswords } = shared
      store.reset()
      for (const part of [organizations, consents, exchangeLimit, ...loginPages]) part.clear()
      for (const part of [outcomes, mfaTimes, mfaTransactions, oneTimePasswords]) part.clear()
      refreshTokenReuses = 0
    },
  }
}

interface SharedByIssuers extends AuthorizationServerOptions {
  store: OidcStore
  organizations: GrantOrganizations
  consents: Consents
  outcomes: LoginOutcomes
  mfaTimes: MfaTimes
  mfaTransactions: MfaTransactions
  oneTimePasswords: OneTimePasswords
  exchangeLimit: ExchangeLimit
  onReuse(): void
}

/** Creates an instance of oidc-provider, which has one issuer, and the routes in front of it. */
function createIssuer(domain: DomainParts, shared: SharedByIssuers) {
  const { context, vault } = domain
  const { store, exchangeLimit, mfaTransactions, redirectsToDomain } = shared
  const nonces = createTokenNonces(context, domain.nonces)
  const adapter = adapterOf(store, context)
  const configuration = oidcConfiguration(context, { ...shared, adapter, nonces })
  const provider = new Provider(context.issuer, configuration)
  // Reads `X-Forwarded-Proto`, which the routes set. Behind a proxy, the public URL can be https although the emulator serves http.
  provider.proxy = true
  customizeClients(provider, context)
  addClaims(provider)
  replaceDpopAlgorithms(provider, () => context.switches.get().dpopAlgs.split(' '))
  nonces.attach(provider)
  registerRefreshTokenGrant({ ...shared, provider, context })
  registerMfaOtpGrant({ ...shared, provider, context })
  registerClientCredentialsGrant(provider, context)
  registerTokenVaultExchange(provider, context, vault)
  describeTokenErrors(provider, context)
  traceRequests(provider)
  correctHeaders(provider)
  serveUnknownPaths(provider)
  serveLogout(provider, context)
  const stores = { exchangeLimit, mfaTransactions }
  const routes = createIssuerRoutes({ context, provider, nonces, redirectsToDomain, ...stores })
  const interactions = { provider, routes, context }
  const loginPage = serveLoginPage({ ...interactions, providerFlows: domain.providerFlows })
  serveOtpPage({ ...shared, ...interactions })
  serveConsentPage({ ...shared, ...interactions })
  return { routes, loginPage }
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
