import type { RefreshToken } from 'oidc-provider'
import type { Tenancy } from '../../context/context.js'
import { absoluteLifetime, idleLifetime } from '../../oauth/refresh.js'

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
