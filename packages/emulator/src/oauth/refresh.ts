import type { Context, Tenancy } from '../context/context.js'
import {
  type LoginGrant,
  NOT_AUTHORIZED,
  type RefreshTarget,
  refreshTarget,
} from '../tenant/refresh-token-policy.js'
import type { Client } from '../tenant/tenant.js'
import { CLOCK_LIMIT } from '../time/clock.js'
import { OAuthError } from './oauth-error.js'
import { optional, type Parameters } from './token-request.js'

/** The error if the switch `myAccountPolicy` refuses tokens for the My Account API, as a user without a second factor gets. */
export const UNMET_POLICY = {
  error: 'unmet_authentication_requirements',
  error_description: 'The user does not meet the policy of the My Account API',
}

type Settings = Client['refresh_token']

/** Longer than the clock can move, in seconds. */
const UNENDING = CLOCK_LIMIT

const DEFAULT_LIFETIME = 30 * 86_400

/** Returns how many seconds after the login all refresh tokens of its family expire, even if they are used: 30 days by default. */
export function absoluteLifetime(settings: Settings | undefined): number {
  const { expiration_type, token_lifetime, infinite_token_lifetime = false } = settings ?? {}
  if (expiration_type === 'non-expiring' || infinite_token_lifetime) return UNENDING
  return token_lifetime ?? DEFAULT_LIFETIME
}

/** Returns how many seconds after its last use a refresh token expires: never by default. */
export function idleLifetime(settings: Settings | undefined): number {
  const {
    expiration_type,
    idle_token_lifetime,
    infinite_idle_token_lifetime = false,
  } = settings ?? {}
  if (expiration_type === 'non-expiring' || infinite_idle_token_lifetime) return UNENDING
  return idle_token_lifetime ?? UNENDING
}

interface FoundToken {
  clientId?: string | undefined
  isExpired: boolean
}

/** Returns the refresh token of a client's request. Throws `invalid_grant` if it is unknown, has expired or belongs to another client. */
export function usableToken<Token extends FoundToken>(
  token: Token | undefined,
  clientId: string,
): Token {
  if (!token) throw invalidGrant('Unknown or invalid refresh token.')
  if (token.clientId !== clientId) throw invalidGrant('Client mismatch')
  if (token.isExpired) throw expired()
  return token
}

/** Throws `invalid_grant` if the user of a refresh token is blocked. */
export function refuseBlocked({ users }: Pick<Tenancy, 'users'>, userId: string | undefined): void {
  if (users.find(userId)?.blocked) throw invalidGrant('user is blocked')
}

/** Creates the error for a refresh token that has expired. */
export function expired(): OAuthError {
  return invalidGrant('Refresh token is expired')
}

/**
 * Returns what a refresh token request gets, by its parameters `audience` and `scope`. Throws `invalid_target` if the login and the
 * refresh token policies do not allow the audience, and `unmet_authentication_requirements` if the switch `myAccountPolicy` says so.
 */
export function readRefresh(
  context: Context,
  login: LoginGrant,
  parameters: Parameters,
): RefreshTarget {
  const target = refreshTarget(context, login, optional(parameters, 'audience'))
  if (!target) throw new OAuthError(400, 'invalid_target', NOT_AUTHORIZED)
  const isMyAccount = target.api?.identifier === context.myAccountAudience
  if (isMyAccount && context.switches.get().myAccountPolicy === 'unmet') {
    throw new OAuthError(403, UNMET_POLICY.error, UNMET_POLICY.error_description)
  }
  const requested = optional(parameters, 'scope')?.split(' ')
  const scopes = target.scopes.filter((name) => requested?.includes(name) ?? true)
  return { ...target, scopes }
}

function invalidGrant(description: string): OAuthError {
  return new OAuthError(403, 'invalid_grant', description)
}
