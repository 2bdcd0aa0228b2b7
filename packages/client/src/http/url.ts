const LOOPBACK = /^(localhost|.+\.localhost|127(\.\d+){3}|\[::1\])$/

/**
 * The origin of a tenant from its `domain`: a host, or a URL without path. Plain http is for loopback addresses only.
 * Throws a TypeError that names `domain` and the way out.
 */
export function tenantOrigin(domain: string): string {
  const text = /^https?:\/\//i.test(domain) ? domain : `https://${domain}`
  const url = typeof domain === 'string' && parseUrl(text)
  if (!url || url.href !== `${url.origin}/`) {
    throw new TypeError(
      `domain must be a host without a path, like 'tenant.eu.auth0.com'; got '${domain}'.`,
    )
  }
  if (url.protocol === 'http:' && !LOOPBACK.test(url.hostname)) {
    throw new TypeError(`domain must use https unless it is on localhost; got '${domain}'.`)
  }
  return url.origin
}

/** The URL of a text, which may be relative to another; undefined where it is none. */
export function parseUrl(text: string, from?: string): URL | undefined {
  return URL.canParse(text, from) ? new URL(text, from) : undefined
}

/**
 * Whether a person may be taken there after a flow: a URL of the `redirectUri`'s origin, or relative to it. Scheme and
 * host are compared, as the origin of every `javascript:` URL and of every app's own scheme is the same `null`.
 */
export function isReturnTo(returnTo: string | undefined, redirectUri: string): boolean {
  if (returnTo === undefined) return true
  const from = parseUrl(redirectUri)
  const to = parseUrl(returnTo, redirectUri)
  return to !== undefined && to.protocol === from?.protocol && to.host === from.host
}
