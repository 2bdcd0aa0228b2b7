import type { Account } from 'oidc-provider'
import type { components } from '../generated/management.js'
import type { Profile } from '../tenant/tenant.js'

/** The claims of each OpenID Connect scope (OIDC Core §5.4), with Auth0's claims of an organization. */
export const CLAIMS_OF_SCOPES: Record<'openid' | 'profile' | 'email', string[]> = {
  openid: ['sub', 'org_id', 'org_name'],
  profile: ['name', 'nickname', 'picture', 'updated_at'],
  email: ['email', 'email_verified'],
}

/** Returns the profile claims of a user. */
export function profileOf({ name, email }: Profile) {
  return {
    name,
    nickname: email.split('@')[0] ?? '',
    picture: picture(name),
    updated_at: '2026-01-01T00:00:00.000Z',
    email,
    email_verified: true,
  } satisfies Partial<components['schemas']['User']>
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

/** Returns the user as an account of oidc-provider. `more` are claims that only ID tokens have. */
export function accountOf(user: Profile, more: object = {}): Account {
  return {
    accountId: user.user_id,
    claims: (use, scope) => ({
      ...claimsOf(user, scope.split(' ')),
      ...(use === 'id_token' && more),
    }),
  }
}

// The picture is a data URL, so that no page has to load it from a server.
function picture(name: string): string {
  const letter = encodeURIComponent(name.slice(0, 1).toUpperCase())
  const text = `%3Ctext x='32' y='43' font-family='sans-serif' font-size='32' text-anchor='middle' fill='white'%3E${letter}%3C/text%3E`
  return `data:image/svg+xml,%3Csvg xmlns='http://www.w3.org/2000/svg' viewBox='0 0 64 64'%3E%3Crect width='64' height='64' fill='%234a3fd1'/%3E${text}%3C/svg%3E`
}
