import type { Fetch } from '@connected-accounts/client'
import { markSent, runtimeFetch } from '@connected-accounts/client/internal'
import type { ConnectionToken } from '@connected-accounts/client/token-vault'

/** Sends a request with a token. It can be called again. @internal */
export type SendWith = (token: ConnectionToken) => Promise<Response>

/**
 * Returns a function that sends a request with a token. It sets the header of the request itself if there is no body, because a body
 * can be sent only once.
 *
 * @param request - It must not follow redirects.
 * @param options.fetch - Default: the runtime's own.
 * @param options.turn - What is marked as sent.
 * @internal
 */
export function sendRequest(
  request: Request,
  { fetch = runtimeFetch, turn }: { fetch: Fetch | undefined; turn: Request },
): SendWith {
  return ({ accessToken }) => {
    const copy = request.body ? request.clone() : request
    copy.headers.set('authorization', `Bearer ${accessToken}`)
    markSent(turn)
    return fetch(copy)
  }
}

/**
 * Does the same for a URL and options that are {@link isPlain}. It makes no `Request` of its own unless `fetch` needs one: the copies that
 * the runtime makes of a `Request` cost as much as the rest of a call.
 *
 * @internal
 */
export function sendUrl(url: string, init: RequestInit, fetch: Fetch | undefined): SendWith {
  return ({ accessToken }) => {
    const headers = new Headers(init.headers)
    headers.set('authorization', `Bearer ${accessToken}`)
    const all: RequestInit = { ...init, headers, redirect: 'manual' }
    return fetch ? fetch(new Request(url, all)) : globalThis.fetch(url, all)
  }
}

/** Tells whether a call has no `Request`, and a body, if any, that can be sent several times. @internal */
export function isPlain(
  input: Request | string | URL,
  init: RequestInit = {},
): input is string | URL {
  if (input instanceof Request || init instanceof Request) return false
  const { body } = init
  return (
    body === undefined ||
    body === null ||
    typeof body === 'string' ||
    [URLSearchParams, FormData, Blob].some((kind) => body instanceof kind)
  )
}
