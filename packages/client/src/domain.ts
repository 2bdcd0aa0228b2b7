const LOOPBACK = /^(localhost|.+\.localhost|127(\.\d+){3}|\[::1\])$/

/**
 * The origin of a tenant from its `domain`: a host, or a URL without path. Plain http is for loopback addresses only.
 * Throws a TypeError that names `domain` and the way out.
 */
export function tenantOrigin(domain: string): string {
  if (typeof domain !== 'string' || domain.trim() === '') {
    throw new TypeError("domain is missing: give the tenant's domain, like 'tenant.eu.auth0.com'.")
  }
  const url = parseUrl(/^https?:\/\//i.test(domain) ? domain : `https://${domain}`)
  const isOrigin = url?.pathname === '/' && !url.search && !url.hash && !url.username
  if (!url || !isOrigin) {
    throw new TypeError(
      `domain must be a host without a path, like 'tenant.eu.auth0.com'; got '${domain}'.`,
    )
  }
  if (url.protocol === 'http:' && !LOOPBACK.test(url.hostname)) {
    throw new TypeError(`domain must use https unless it is on localhost; got '${domain}'.`)
  }
  return url.origin
}

/** The URL of a text, or undefined where it is none. */
export function parseUrl(text: string): URL | undefined {
  return URL.canParse(text) ? new URL(text) : undefined
}
