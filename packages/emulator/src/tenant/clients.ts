import { decodeJwt } from 'jose'
import type { Client, Tenant } from './tenant.js'

/** These entries of a list allow every port and path of a host. They are the emulator's own. */
const LOCAL_PATTERN = /^http:\/\/(localhost|127\.0\.0\.1):\*$/

/**
 * Returns whether a URL is exactly one of the client's `callbacks`. `http://localhost:*` allows every URL of localhost, and
 * `http://127.0.0.1:*` every URL of that address.
 */
export function isAllowedCallback(
  client: Pick<Client, 'callbacks'> | undefined,
  url: string,
): boolean {
  return isListed(client?.callbacks, url)
}

/** Returns whether a page's origin is one of the client's `web_origins`, so that it can get the answer to a login in a message. */
export function isWebOrigin({ web_origins }: Pick<Client, 'web_origins'>, origin: string): boolean {
  return isListed(web_origins, origin)
}

function isListed(list: readonly string[] = [], url: string): boolean {
  return list.some((allowed) => allowed === url || isOfHost(url, LOCAL_PATTERN.exec(allowed)?.[1]))
}

function isOfHost(text: string, host: string | undefined): boolean {
  if (host === undefined || !URL.canParse(text)) return false
  const { protocol, hostname } = new URL(text)
  return protocol === 'http:' && hostname === host
}

/** Returns whether users can be sent to a URL after a logout. `comparesQuery` is false for `/v2/logout`, which ignores the query. */
export function isAllowedLogoutUrl(
  list: readonly string[] | undefined,
  url: string,
  { comparesQuery }: { comparesQuery: boolean },
): boolean {
  if (!URL.canParse(url)) return false
  const compared = (text: string) => {
    const { origin, protocol, host, pathname, search } = new URL(text)
    // The origin of a custom scheme is "null".
    const place = origin === 'null' ? `${protocol}//${host}${pathname}` : origin + pathname
    return comparesQuery ? place + search : place
  }
  const plain = (list ?? []).filter((allowed) => URL.canParse(allowed))
  return isListed(list, url) || plain.some((allowed) => compared(allowed) === compared(url))
}

/** Returns the URL to which a logout without a target leads: the first one of the list that is not a pattern. */
export function firstLogoutUrl(list: readonly string[] = []): string | undefined {
  return list.find((url) => URL.canParse(url))
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
