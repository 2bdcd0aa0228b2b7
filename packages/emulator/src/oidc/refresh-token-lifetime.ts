import type { RefreshToken } from 'oidc-provider'
import { CLOCK_LIMIT } from '../clock.js'
import type { Context } from '../context.js'
import type { Client } from '../tenant.js'

type Settings = Client['refresh_token']

/** As long as the clock goes. */
const UNENDING = CLOCK_LIMIT

const DEFAULT_LIFETIME = 30 * 86_400

/** Seconds from the login until the last refresh token of its family ends, however often they are used; 30 days by default. */
export function absoluteLifetime(settings: Settings | undefined): number {
  const { expiration_type, token_lifetime, infinite_token_lifetime = false } = settings ?? {}
  if (expiration_type === 'non-expiring' || infinite_token_lifetime) return UNENDING
  return token_lifetime ?? DEFAULT_LIFETIME
}

/**
 * Seconds that a refresh token lives on if it is not used, from the client's settings as they are now: to the end of the
 * absolute lifetime, or of the idle lifetime if there is one. None are left where it is 0 or less.
 */
export function remainingLifetime(
  { tenant }: Pick<Context, 'tenant'>,
  token: RefreshToken,
): number {
  const client = tenant.clients.find(({ client_id }) => client_id === token.clientId)
  const left = absoluteLifetime(client?.refresh_token) - token.totalLifetime()
  return Math.min(left, idleLifetime(client?.refresh_token))
}

/** Has the idle lifetime of a token that is used begin anew. Answers whether the token is still alive. */
export async function renew(
  context: Pick<Context, 'tenant'>,
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
