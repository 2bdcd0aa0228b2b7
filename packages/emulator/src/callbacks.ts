import type { Client } from './tenant.js'

/** Whether a URL is one of the client's `callbacks`: letter for letter, or any of localhost if `http://localhost:*` is one. */
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
