import type { Client } from './tenant.js'

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
