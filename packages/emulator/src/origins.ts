import { decodeJwt } from 'jose'
import { isAllowedCallback } from './callbacks.js'
import type { Client, Tenant } from './tenant.js'

/** The headers that Auth0's SDKs send from a page, and which a page may therefore send. */
export const CORS_HEADERS = ['authorization', 'content-type', 'dpop', 'auth0-client']

/** Whether scripts of an origin may call the tenant for a client: from its `allowed_origins`, and from where its `callbacks` are. */
export function isAllowedOrigin(
  { callbacks, allowed_origins = [] }: Pick<Client, 'callbacks' | 'allowed_origins'>,
  origin: string,
): boolean {
  const callbackOrigins = callbacks.map((url) => (URL.canParse(url) ? new URL(url).origin : url))
  const allowed = [...allowed_origins, ...callbacks, ...callbackOrigins]
  // The origin of an app's own scheme is "null", which is also that of every sandboxed page.
  return origin !== 'null' && isAllowedCallback({ callbacks: allowed }, origin)
}

/**
 * The value of `Access-Control-Allow-Origin` for a call of the My Account API, or nothing: the client of its token decides, and
 * without a token, as in a preflight, any client will do.
 */
export function allowedOrigin(
  { clients }: Tenant,
  origin: string,
  authorization: string | undefined,
): string | undefined {
  const clientId = clientOf(authorization)
  const asked = clients.filter(({ client_id }) => clientId === undefined || client_id === clientId)
  return asked.some((client) => isAllowedOrigin(client, origin)) ? origin : undefined
}

// Unverified: it decides only who may read the answer, which a forged token makes a refusal.
function clientOf(authorization: string | undefined): string | undefined {
  try {
    const { azp } = decodeJwt(authorization?.split(' ')[1] ?? '')
    return typeof azp === 'string' ? azp : undefined
  } catch {
    return undefined // no token, or none that anybody could read
  }
}
