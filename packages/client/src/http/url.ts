const LOOPBACK = /^(localhost|.+\.localhost|127(\.\d+){3}|\[::1\])$/

/**
 * Returns the origin of a tenant from its `domain`, which is a host or a URL without a path. Plain http is allowed for
 * loopback addresses only.
 *
 * @throws {TypeError} if `domain` is something else; the message names the option.
 */
export function tenantOrigin(domain: string): string {
  const text = /^https?:\/\//i.test(domain) ? domain : `https://${domain}`
  const url = typeof domain === 'string' && parseUrl(text)
  if (!url || url.href !== `${url.origin}/`) {
    throw new TypeError(
      `domain must be a host without a path, like 'tenant.eu.auth0.com'; got '${domain}'.`,
    )
  }
  if (!isSecure(url)) {
    throw new TypeError(`domain must use https unless it is on localhost; got '${domain}'.`)
  }
  return url.origin
}

/** Tells whether a token may be sent to a URL: over https, or over http to this machine. */
export function isSecure({ protocol, hostname }: URL): boolean {
  return protocol === 'https:' || (protocol === 'http:' && LOOPBACK.test(hostname))
}

/**
 * Parses a URL, which may be relative to another one; returns undefined if it is no URL.
 *
 * @throws {TypeError} if the runtime's own URL is React Native's, which accepts every text and knows no custom schemes.
 */
export function parseUrl(text: string, from?: string): URL | undefined {
  if (!URL.canParse) {
    throw new TypeError(
      "URL.canParse is missing. In React Native, import 'react-native-url-polyfill/auto' first.",
    )
  }
  return URL.canParse(text, from) ? new URL(text, from) : undefined
}

/**
 * Tells whether a flow may take the person to this URL afterwards: it is relative, or has the origin of `redirectUri`.
 * Compares scheme and host, because the origin of every `javascript:` URL and of every app's custom scheme is `null`.
 */
export function isReturnTo(returnTo: string | undefined, redirectUri: string): boolean {
  if (returnTo === undefined) return true
  const from = parseUrl(redirectUri)
  const to = parseUrl(returnTo, redirectUri)
  return to !== undefined && to.protocol === from?.protocol && to.host === from.host
}
