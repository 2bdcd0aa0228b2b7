import { grantedScopes } from './client-grants.js'
import type { Context } from './context.js'
import type { Api } from './tenant.js'

/** The scopes of OpenID Connect, which a user may grant beside those of any API. */
export const OIDC_SCOPES: readonly string[] = ['openid', 'profile', 'email', 'offline_access']

/** What the answer to a refresh that may not be says (`invalid_target`, RFC 8707 §2). */
export const NOT_AUTHORIZED = 'The requested audience is not authorized by the refresh token policy'

/** What a refresh token may be exchanged for: an API, or without one a token for `/userinfo`, with these scopes at most. */
export interface RefreshTarget {
  api: Api | undefined
  scopes: string[]
}

/** What the user granted at the login that a refresh token stems from. */
export interface LoginGrant {
  clientId: string
  /** Audience of the login, if it had one. */
  audience: string | undefined
  /** Scopes granted, those of OpenID Connect included. */
  scopes: string[]
}

/**
 * What a refresh with this `audience` (by default the login's) may give: what the login granted for it, and what the client's
 * refresh token policies add (MRRT), as far as its client grants go. Audiences and scopes in a policy that do not exist are
 * ignored, and so are policies for an API that does not let user consent be skipped, for the Management API, and of a client
 * that is no first-party one. `undefined` where it may not be exchanged for this.
 */
export function refreshTarget(
  { tenant, managementAudience }: Pick<Context, 'tenant' | 'managementAudience'>,
  login: LoginGrant,
  audience = login.audience,
): RefreshTarget | undefined {
  const oidcScopes = login.scopes.filter((scope) => OIDC_SCOPES.includes(scope))
  if (audience === undefined) return { api: undefined, scopes: oidcScopes }
  const api = tenant.apis.find(({ identifier }) => identifier === audience)
  const client = tenant.clients.find(({ client_id }) => client_id === login.clientId)
  const skipsConsent = api?.skip_consent_for_verifiable_first_party_clients ?? true
  const isFirstParty = client?.is_first_party ?? true
  const isOpen = skipsConsent && isFirstParty && audience !== managementAudience
  const policies = isOpen ? (client?.refresh_token.policies ?? []) : []
  const own = policies.filter((policy) => policy.audience === audience)
  const isOfLogin = audience === login.audience
  if (!api || !(isOfLogin || own.length > 0)) return undefined
  const allowed = [...(isOfLogin ? login.scopes : []), ...own.flatMap(({ scope }) => scope)]
  const granted = grantedScopes(tenant, login.clientId, api) ?? []
  return { api, scopes: [...oidcScopes, ...granted.filter((scope) => allowed.includes(scope))] }
}
