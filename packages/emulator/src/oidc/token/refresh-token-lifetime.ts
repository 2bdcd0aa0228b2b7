import type { RefreshToken } from 'oidc-provider'
import type { Tenancy } from '../../context/context.js'
import type { Client } from '../../tenant/tenant.js'
import { CLOCK_LIMIT } from '../../time/clock.js'

type Settings = Client['refresh_token']

/** Longer than the clock can move. */
const UNENDING = CLOCK_LIMIT

const DEFAULT_LIFETIME = 30 * 86_400

/** Returns how many seconds after the login all refresh tokens of its family expire, even if they are used: 30 days by default. */
export function absoluteLifetime(settings: Settings | undefined): number {
  const { expiration_type, token_lifetime, infinite_token_lifetime = false } = settings ?? {}
  if (expiration_type === 'non-expiring' || infinite_token_lifetime) return UNENDING
  return token_lifetime ?? DEFAULT_LIFETIME
}

/**
 * Returns in how many seconds an unused refresh token expires, by the client's current settings: at the end of the absolute lifetime
 * or of the idle lifetime, whichever is first. The token has expired if the number is 0 or less.
 */
export function remainingLifetime(
  { tenant }: Pick<Tenancy, 'tenant'>,
  token: RefreshToken,
): number {
  const client = tenant.clients.find(({ client_id }) => client_id === token.clientId)
  const left = absoluteLifetime(client?.refresh_token) - token.totalLifetime()
  return Math.min(left, idleLifetime(client?.refresh_token))
}

/** Restarts the idle lifetime of a token that is used. Returns false if the token has expired. */
export async function renew(
  context: Pick<Tenancy, 'tenant'>,
  token: RefreshToken,
): Promise<boolean> {
  const left = remainingLifetime(context, token)
  if (left <= 0) return false
  token.exp = Math.floor(Date.now() / 1000) + left
  await token.save()
  return true
}

function idleLifetime(settings: Settings | undefined): number {
  const {
    expiration_type,
    idle_token_lifetime,
    infinite_idle_token_lifetime = false,
  } = settings ?? {}
  if (expiration_type === 'non-expiring' || infinite_idle_token_lifetime) return UNENDING
  return idle_token_lifetime ?? UNENDING
}
