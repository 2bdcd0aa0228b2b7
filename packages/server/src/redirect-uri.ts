import { within } from '@connected-accounts/client/internal'
import type { StoreOptions } from './cookies/cookie-jar.js'
import { checkRedirectUri, type RedirectUriFunction } from './options.js'
import { createHostCheck } from './unlisted-host.js'

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
  const check = createHostCheck('authorizationParams.redirect_uri', redirectUri, timeout)
  const choose = async (storeOptions: StoreOptions) => {
    await check()
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
