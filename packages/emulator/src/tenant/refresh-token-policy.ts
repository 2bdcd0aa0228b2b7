import { grantedScopes, permittedScopes } from './api-access.js'
import type { Api, Tenant } from './tenant.js'

/** The scopes of OpenID Connect, which a user can grant together with the scopes of any API. */
export const OIDC_SCOPES: readonly string[] = ['openid', 'profile', 'email', 'offline_access']

/** The error description if a refresh is not allowed for an audience (`invalid_target`, RFC 8707 §2). */
export const NOT_AUTHORIZED = 'The requested audience is not authorized by the refresh token policy'

/** What a refresh token can be exchanged for: a token for the API or, without an API, for `/userinfo`, with at most these scopes. */
export interface RefreshTarget {
  api: Api | undefined
  scopes: string[]
}

/** What the user granted at the login that issued a refresh token. */
export interface LoginGrant {
  userId: string
  clientId: string
  /** The audience of the login, if it had one. */
  audience: string | undefined
  /** The granted scopes, with those of OpenID Connect. */
  scopes: string[]
}

/**
 * Returns what a refresh with this `audience` (by default the login's) can return, or undefined if it is not allowed.
 *
 * The scopes are those that the login granted and those that the client's refresh token policies add (MRRT), limited by the client
 * grants and by the user's permissions. It ignores a policy if the audience or scope does not exist, if the API is the Management API or does not allow skipping
 * user consent, or if the client is not a first-party client.
 */
export function refreshTarget(
  domain: { tenant: Tenant; myAccountAudience: string; managementAudience: string },
  login: LoginGrant,
  audience = login.audience,
): RefreshTarget | undefined {
  const { tenant, managementAudience } = domain
  const { userId, clientId } = login
  const oidcScopes = login.scopes.filter((scope) => OIDC_SCOPES.includes(scope))
  if (audience === undefined) return { api: undefined, scopes: oidcScopes }
  const api = tenant.apis.find(({ identifier }) => identifier === audience)
  const client = tenant.clients.find(({ client_id }) => client_id === clientId)
  const skipsConsent = api?.skip_consent_for_verifiable_first_party_clients ?? true
  const isFirstParty = client?.is_first_party ?? true
  const isOpen = skipsConsent && isFirstParty && audience !== managementAudience
  const policies = isOpen ? (client?.refresh_token.policies ?? []) : []
  const own = policies.filter((policy) => policy.audience === audience)
  const isOfLogin = audience === login.audience
  if (!api || !(isOfLogin || own.length > 0)) return undefined
  const allowed = [...(isOfLogin ? login.scopes : []), ...own.flatMap(({ scope }) => scope)]
  const granted = grantedScopes(domain, { clientId, api, subject: 'user' }) ?? []
  const permitted = permittedScopes(tenant, { userId, api }, granted)
  return { api, scopes: [...oidcScopes, ...permitted.filter((scope) => allowed.includes(scope))] }
}
