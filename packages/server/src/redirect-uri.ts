import { within } from '@connected-accounts/client/internal'
import type { StoreOptions } from './cookies/cookie-jar.js'
import { checkRedirectUri, type RedirectUriFunction } from './options.js'

/** A host that nobody can have (RFC 6761 §6.4), so no list has it. */
const UNLISTED_HOST = 'unlisted.invalid'

/**
 * Returns a function that finds the `redirect_uri` of a request. A function of the application is asked once for each request,
 * so that all cookies and URLs of its answer have the same origin.
 *
 * @param timeout - How long the application's function may take, in milliseconds.
 * @internal
 */
export function createRedirectUris(
  redirectUri: string | RedirectUriFunction,
  timeout: number,
): (storeOptions: StoreOptions) => Promise<string> {
  if (typeof redirectUri !== 'function') return async () => redirectUri
  const chosen = new WeakMap<StoreOptions['request'], Promise<string>>()
  let checked: Promise<void> | undefined
  const choose = async (storeOptions: StoreOptions) => {
    checked ??= refuseAnyHost(redirectUri, timeout)
    await checked
    const uri = await redirectUri(storeOptions)
    checkRedirectUri(uri)
    return uri
  }
  return (storeOptions) => {
    const { request } = storeOptions
    const uri = chosen.get(request) ?? within(choose(storeOptions), timeout)
    chosen.set(request, uri)
    return uri
  }
}

/**
 * Asks the function of the application with a host that no list has.
 *
 * @throws {TypeError} if it returns this host.
 */
async function refuseAnyHost(redirectUri: RedirectUriFunction, timeout: number): Promise<void> {
  const url = `https://${UNLISTED_HOST}/`
  const headers = new Headers({
    host: UNLISTED_HOST,
    'x-forwarded-host': UNLISTED_HOST,
    forwarded: `host=${UNLISTED_HOST};proto=https`,
    origin: `https://${UNLISTED_HOST}`,
    referer: url,
  })
  const request = new Request(url, { headers })
  const ask = async () => redirectUri({ request, response: { headers: new Headers() } })
  const answer = await within(ask(), timeout).catch(() => undefined) // it may refuse such a host in this way
  if (!String(answer).toLowerCase().includes(UNLISTED_HOST)) return
  throw new TypeError(
    'authorizationParams.redirect_uri returns the host of the request, whichever it is. Anyone can send any host, so compare it ' +
      'with a list, and return a URL of your own for a host that is not in the list.',
  )
}
