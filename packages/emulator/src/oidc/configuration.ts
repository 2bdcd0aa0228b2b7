import type { AdapterFactory, Configuration, Grant, KoaContextWithOIDC } from 'oidc-provider'
import type { Context, Tenancy } from '../context/context.js'
import { absoluteLifetime } from '../oauth/refresh.js'
import { permittedScopes } from '../tenant/api-access.js'
import { isAllowedOrigin } from '../tenant/clients.js'
import { findOrganization } from '../tenant/connections.js'
import { OIDC_SCOPES } from '../tenant/refresh-token-policy.js'
import { accountOf, CLAIMS_OF_SCOPES } from './account.js'
import { clientsOf } from './clients.js'
import { renderError } from './login/authorize-error.js'
import { authorizeParameters } from './login/authorize-parameters.js'
import { consentPath } from './login/consent-page.js'
import type { Consents } from './login/consents.js'
import { createInteractionPolicy } from './login/interaction-policy.js'
import { CODE_LIFETIME, type LoginOutcomes } from './login/login-outcomes.js'
import { loginPath } from './login/login-page.js'
import type { GrantOrganizations } from './login/organization-grants.js'
import { otpPath } from './login/otp-page.js'
import type { MfaTimes } from './mfa/mfa-times.js'
import { apiOfResource, resourceOf, resourceServer } from './resource-servers.js'
import { customizeAccessToken } from './token/access-token-claims.js'
import type { TokenNonces } from './token/nonces.js'
import { remainingLifetime } from './token/refresh-token.js'

const day = 86_400

/** The parts of the emulator that oidc-provider uses. */
export interface ConfigurationParts {
  adapter: AdapterFactory
  nonces: TokenNonces
  organizations: GrantOrganizations
  consents: Consents
  outcomes: LoginOutcomes
  mfaTimes: MfaTimes
}

/** Returns the configuration with which oidc-provider behaves like an Auth0 tenant. */
export function oidcConfiguration(context: Context, parts: ConfigurationParts): Configuration {
  const { adapter, nonces, organizations, outcomes } = parts
  const { tenant, users, signingKey, url } = context
  const { port } = new URL(url)
  return {
    adapter: (name) => (name === 'Client' ? clientsOf(tenant) : adapter(name)),
    jwks: { keys: [signingKey.privateJwk] },
    routes,
    features: features(context, nonces),
    findAccount: (_ctx, sub, token) => {
      const user = users.find(sub)
      const { idToken: added } = outcomes.get(token?.grantId)
      return user && accountOf(user, { ...organizations.claims(token?.grantId), added })
    },
    scopes: OIDC_SCOPES,
    claims: { ...CLAIMS_OF_SCOPES, sid: null, auth_time: null, acr: null, amr: null },
    conformIdTokenClaims: false,
    responseTypes: ['code'],
    pkce: { required: (_ctx, client) => client.clientAuthMethod === 'none' },
    // The one registered URL is only a placeholder: the tenant's `callbacks` decide.
    allowOmittingSingleRegisteredRedirectUri: false,
    extraParams: authorizeParameters(context),
    loadExistingGrant: (ctx) => createGrant(context, organizations, ctx),
    interactions: {
      policy: createInteractionPolicy(context, parts),
      url: (_ctx, { uid, prompt }) => pagePath(prompt.name, uid),
    },
    // Cookies ignore the port, so the names have it. Otherwise two emulators on localhost would log each other out.
    cookies: { names: cookieNames(port) },
    // A refresh has set the claims of its Action.
    extraTokenClaims: (_ctx, token) =>
      token.kind === 'AccessToken'
        ? (token.extra ?? outcomes.get(token.grantId).accessToken)
        : undefined,
    formats: {
      customizers: {
        jwt(_ctx, token, jwt) {
          customizeAccessToken({ context, organizations, token, jwt })
        },
      },
    },
    enabledJWA: {
      clientAuthSigningAlgValues: ['RS256', 'RS384', 'PS256'],
    },
    clientAuthMethods: ['none', 'client_secret_post', 'client_secret_basic', 'private_key_jwt'],
    clientBasedCORS: (_ctx, origin, { clientId }) =>
      tenant.clients.some((one) => one.client_id === clientId && isAllowedOrigin(one, origin)),
    issueRefreshToken: (_ctx, client, source) =>
      client.grantTypeAllowed('refresh_token') && source.scopes.has('offline_access'),
    expiresWithSession: () => false,
    renderError,
    ttl: lifetimes(context),
  }
}

function pagePath(prompt: string, uid: string): string {
  if (prompt === 'mfa') return otpPath(uid)
  return prompt === 'consent' ? consentPath(uid) : loginPath(uid)
}

const routes: Configuration['routes'] = {
  authorization: '/authorize',
  token: '/oauth/token',
  userinfo: '/userinfo',
  jwks: '/.well-known/jwks.json',
  revocation: '/oauth/revoke',
  end_session: '/oidc/logout',
}

// In seconds. A grant lives at least as long as everything that was issued from it.
function lifetimes(context: Tenancy): Configuration['ttl'] {
  const settingsOf = (id: string | undefined) =>
    context.tenant.clients.find(({ client_id }) => client_id === id)?.refresh_token
  return {
    AccessToken: (_ctx, token) => token.resourceServer?.accessTokenTTL ?? day,
    AuthorizationCode: CODE_LIFETIME,
    ClientCredentials: (_ctx, token) => token.resourceServer?.accessTokenTTL ?? day,
    Grant: (_ctx, { clientId }) => Math.max(31 * day, absoluteLifetime(settingsOf(clientId))),
    IdToken: 36_000,
    Interaction: 3600,
    RefreshToken: (_ctx, token) => remainingLifetime(context, token),
    Session: 3 * day,
  }
}

function features(context: Tenancy, nonces: TokenNonces): Configuration['features'] {
  return {
    devInteractions: { enabled: false },
    // For discovery only. The logout endpoints themselves send the logout tokens.
    backchannelLogout: { enabled: true },
    clientCredentials: { enabled: true },
    dPoP: {
      enabled: true,
      // Not used. But without a secret, oidc-provider's CORS headers do not expose DPoP-Nonce.
      nonceSecret: Buffer.alloc(32),
      requireNonce: (ctx) => nonces.isRequired(ctx.oidc.client?.clientAuthMethod === 'none'),
    },
    pushedAuthorizationRequests: { enabled: false },
    resourceIndicators: {
      enabled: true,
      defaultResource: (ctx) => requestedResource(ctx),
      getResourceServerInfo: (ctx, resource) =>
        resourceServer(context, ctx, {
          api: apiOfResource(context, resource, ctx.oidc.params?.audience),
          subject: 'user',
        }),
      useGrantedResource: () => true,
    },
    revocation: {
      enabled: true,
      allowedPolicy: (_ctx, client, token) => token.clientId === client.clientId,
    },
    rpInitiatedLogout: { enabled: true },
    webMessageResponseMode: { enabled: true, ack: 'individual-draft-01' },
  }
}

function requestedResource(ctx: KoaContextWithOIDC): string | undefined {
  const audience = ctx.oidc.params?.audience
  return typeof audience === 'string' ? resourceOf(audience) : undefined
}

// Creates one grant for each authorization. oidc-provider would share one for each client and session, and a replayed code would
// then revoke the tokens of all logins.
async function createGrant(
  context: Tenancy,
  organizations: GrantOrganizations,
  ctx: KoaContextWithOIDC,
): Promise<Grant> {
  const { tenant, now } = context
  const { account, client, provider, requestParamScopes, requestParamOIDCScopes } = ctx.oidc
  const grant = new provider.Grant({ accountId: account?.accountId, clientId: client?.clientId })
  if (requestParamOIDCScopes.size > 0) grant.addOIDCScope(requestParamOIDCScopes)
  for (const [resource, { scopes }] of Object.entries(ctx.oidc.resourceServers ?? {})) {
    const known = [...requestParamScopes].filter((scope) => scopes.has(scope))
    const api = apiOfResource(context, resource)
    const permitted = permittedScopes(tenant, { userId: account?.accountId ?? '', api }, known)
    grant.addResourceScope(resource, permitted)
  }
  const grantId = await grant.save()
  const organization = findOrganization(tenant, ctx.oidc.params?.organization)
  if (organization) organizations.set(grantId, organization.id, now() + grant.expiration * 1000)
  return grant
}

function cookieNames(port: string) {
  return {
    session: `emulator_${port}`,
    interaction: `emulator_${port}_login`,
    resume: `emulator_${port}_resume`,
  }
}
