import type { Account } from 'oidc-provider'
import { profileOf } from '../tenant/profile.js'
import type { Profile } from '../tenant/tenant.js'

/** The claims of each OpenID Connect scope (OIDC Core §5.4), with Auth0's claims of an organization. */
export const CLAIMS_OF_SCOPES: Record<'openid' | 'profile' | 'email', string[]> = {
  openid: ['sub', 'org_id', 'org_name'],
  profile: ['name', 'nickname', 'picture', 'updated_at'],
  email: ['email', 'email_verified'],
}

/** Returns the user's claims for these scopes. */
export function claimsOf(
  user: Profile,
  scopes: Iterable<string>,
): { sub: string } & Record<string, unknown> {
  const all: Record<string, unknown> = profileOf(user)
  const granted = new Set(scopes)
  const names = Object.entries(CLAIMS_OF_SCOPES).flatMap(([scope, claims]) =>
    granted.has(scope) ? claims : [],
  )
  const chosen = names.filter((name) => name in all).map((name) => [name, all[name]])
  return { ...Object.fromEntries(chosen), sub: user.user_id }
}

/** Claims that only ID tokens have: those of an organization, and those that the login and Actions have added. */
export interface IdTokenClaims {
  org_id?: string
  org_name?: string
  /** `addClaims` puts them into the token, because oidc-provider leaves out the claims that no scope has. */
  added?: Record<string, unknown>
}

/** Returns the user as an account of oidc-provider. `more` are claims that only ID tokens have. */
export function accountOf(user: Profile, more: IdTokenClaims = {}): Account {
  return {
    accountId: user.user_id,
    claims: (use, scope) => ({
      ...claimsOf(user, scope.split(' ')),
      ...(use === 'id_token' && more),
    }),
  }
}
