/**
 * What a `fetch` says when the network fails, by runtime. A developer's own mistake is a TypeError, too, so only the
 * message tells them apart.
 *
 * @see https://github.com/sindresorhus/is-network-error for the browsers. It lacks what Bun, Deno 2 and workerd say.
 */
const MESSAGES = [
  /^failed to fetch\b/i, // Chrome and Edge
  /^network error$/i, // Chrome and Edge, in the middle of a body
  /^NetworkError when attempting to fetch resource/, // Firefox
  /^Error in input stream$/, // Firefox, in the middle of a body
  /^Load failed\b/, // Safari from 17 on
  /^The (Internet|network) connection (appears to be offline|was lost)/, // Safari 16
  /^Network request failed$/, // React Native and the whatwg-fetch polyfill
  /^fetch failed\b/i, // Node (undici) and Deno
  /^terminated$/, // Node (undici), in the middle of a body
  /^error (sending request for url|reading a body from connection)/, // Deno
  /^Network connection lost/, // workerd
  /^(E[A-Z]+: )?(Unable to connect|The socket connection was closed|The TLS handshake failed)/, // Bun
  /^getaddrinfo /, // Bun, when a name cannot be resolved
]

/** Tells whether an error is the network's: the request got no answer, or only a part of it. */
export function isNetworkError(error: unknown): boolean {
  const { message }: { message?: unknown } = Object(error)
  return typeof message === 'string' && MESSAGES.some((pattern) => pattern.test(message))
}
