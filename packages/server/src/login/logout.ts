import { within } from '@connected-accounts/client/internal'
import { buildEndSessionUrl, tokenRevocation } from 'openid-client'
import type { Context } from '../context.js'
import type { StoreOptions } from '../cookies/cookie-jar.js'
import type { AuthorizationServer } from '../tenant/authorization-servers.js'

/** Options of {@link ServerClient.logout}. */
export interface LogoutOptions {
  /** The URL that the tenant sends the browser to: one of its allowed logout URLs. Default: the first of them. */
  returnTo?: string | undefined
}

/** How long a logout waits for the tenant, in milliseconds: once for its discovery, and once for the revocation. */
const TENANT_TIMEOUT = 5_000

/** See {@link ServerClient.logout}. */
export async function logout(
  context: Context,
  { returnTo }: LogoutOptions,
  storeOptions: StoreOptions,
): Promise<string> {
  // A session that cannot be read is ended all the same. If the store is away, `endSession` reports it.
  const session = await context.findSession(storeOptions).catch(() => undefined)
  const ended = context.endSession(storeOptions)
  await ended.catch(() => {}) // thrown below, because the refresh token is to be revoked in any case
  const origin = await context.originOf(storeOptions)
  const server = await within(context.tenantAt(origin), TENANT_TIMEOUT).catch(() => undefined)
  if (server && session?.refreshToken) await revoke(server, session.refreshToken)
  await ended
  return logoutUrl(
    { server, origin, clientId: context.options.clientId },
    { returnTo, sid: session?.user.sid },
  )
}

/**
 * Revokes a refresh token (RFC 7009). If that fails, the logout goes on: nothing of this server has the token any more, and the
 * person who logs out can do nothing about it.
 */
async function revoke({ config }: AuthorizationServer, refreshToken: string): Promise<void> {
  await within(tokenRevocation(config, refreshToken), TENANT_TIMEOUT).catch(() => {})
}

/**
 * Returns the URL at which the browser ends its session at the tenant. Without discovery, and for tenants that do not publish
 * their `end_session_endpoint`, this is `/v2/logout`, which every tenant has. The browser goes there even if this server cannot
 * reach the tenant: on a shared computer, a session that is left at the tenant logs the next person in.
 */
function logoutUrl(
  tenant: { server: AuthorizationServer | undefined; origin: string; clientId: string },
  { returnTo, sid }: { returnTo: string | undefined; sid: string | undefined },
): string {
  const { server, origin, clientId } = tenant
  if (server?.config.serverMetadata().end_session_endpoint) {
    return buildEndSessionUrl(server.config, {
      ...(sid && { logout_hint: sid }),
      ...(returnTo && { post_logout_redirect_uri: returnTo }),
    }).href
  }
  const url = new URL('/v2/logout', origin)
  url.searchParams.set('client_id', clientId)
  if (returnTo) url.searchParams.set('returnTo', returnTo)
  return url.href
}
