import { decodeJwt } from 'jose'
import type { Client, Tenant } from './tenant.js'

/** Returns whether a URL is exactly one of the client's `callbacks`. `http://localhost:*` allows every URL of localhost. */
export function isAllowedCallback(
  client: Pick<Client, 'callbacks'> | undefined,
  url: string,
): boolean {
  return (client?.callbacks ?? []).some((allowed) =>
    allowed === 'http://localhost:*' ? isLocalhost(url) : allowed === url,
  )
}

function isLocalhost(text: string): boolean {
  if (!URL.canParse(text)) return false
  const { protocol, hostname } = new URL(text)
  return protocol === 'http:' && hostname === 'localhost'
}

/** The request headers that pages of other origins can send: those that Auth0's SDKs use. */
export const CORS_HEADERS = ['authorization', 'content-type', 'dpop', 'auth0-client']

/** Returns whether scripts of an origin can call the tenant for a client: the origins of `allowed_origins` and `callbacks`. */
export function isAllowedOrigin(
  { callbacks, allowed_origins = [] }: Pick<Client, 'callbacks' | 'allowed_origins'>,
  origin: string,
): boolean {
  const callbackOrigins = callbacks.map((url) => (URL.canParse(url) ? new URL(url).origin : url))
  const allowed = [...allowed_origins, ...callbacks, ...callbackOrigins]
  // The origin of a custom scheme is "null", but so is the origin of every sandboxed page.
  return origin !== 'null' && isAllowedCallback({ callbacks: allowed }, origin)
}

/**
 * Returns the value of `Access-Control-Allow-Origin` for a call of the My Account API, or undefined. The origin must be allowed for
 * the client of the token. Without a token, as in a preflight, it must be allowed for any client.
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

// Does not verify the token. It only decides which origin can read the response, and the response to a forged token is a refusal.
function clientOf(authorization: string | undefined): string | undefined {
  try {
    const { azp, client_id } = decodeJwt(authorization?.split(' ')[1] ?? '')
    return [azp, client_id].find((id) => typeof id === 'string')
  } catch {
    return undefined // no token, or not a JWT
  }
}
