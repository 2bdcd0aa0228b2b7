import { isReturnTo } from '@connected-accounts/client/internal'

/**
 * The query parameter that tells a page of the application why a flow failed. Not `error`: applications have parameters with
 * that name, and this one is removed when a later flow succeeds. Without `state` no library takes it for a callback.
 */
const ERROR_PARAM = 'auth_error'

/**
 * The URLs of the application, as the browser knows them.
 *
 * @internal
 */
export interface Place {
  redirectUri: string
  /** The path of the page at which a flow ends that has no `returnTo`. */
  home: string
  /** The path of the login. Undefined if it is not known. */
  login?: string | undefined
}

/**
 * Returns the URL of the application at which a flow ends. If a page passes its own URL as `returnTo`, the code of an earlier
 * flow may be in it, and is removed.
 *
 * @param returnTo - the page at which the flow ends. Default: `home`, also in place of a URL of another origin.
 * @param code - why the flow failed: a word of ours, never a text of a request.
 * @internal
 */
export function returnUrl(
  returnTo: string | undefined,
  { redirectUri, home }: Place,
  code?: string,
): string {
  const url = new URL(isReturnTo(returnTo, redirectUri) ? (returnTo ?? home) : home, redirectUri)
  // Any change by `searchParams` writes the whole query anew, so nothing is changed without need.
  if (url.searchParams.has(ERROR_PARAM)) url.searchParams.delete(ERROR_PARAM)
  if (code) url.search += `${url.search ? '&' : '?'}${ERROR_PARAM}=${encodeURIComponent(code)}`
  return url.href
}

/**
 * Returns the `returnTo` of a login. The application may have started this login itself, with any state.
 *
 * @internal
 */
export function returnToOf(appState: unknown): string | undefined {
  const { returnTo }: { returnTo?: unknown } = { ...(typeof appState === 'object' && appState) }
  return typeof returnTo === 'string' ? returnTo : undefined
}

/**
 * Sends the browser to a URL.
 *
 * @internal
 */
export function redirect(location: string, headers: Headers): Response {
  headers.set('location', location)
  headers.set('cache-control', 'no-store')
  return new Response(null, { status: 303, headers }) // a GET, whatever the method was (RFC 9110 §15.4.4)
}
