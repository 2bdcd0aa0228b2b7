import { ConnectFlowError } from '../errors/connect-flow-error.js'
import { parseUrl } from '../http/url.js'

/** How states of this package begin, so that a refused consent is told from the error of a login. */
export const STATE_PREFIX = 'connect.'

/** How states of flows in a popup begin. It chooses the callback page's channel and text; nothing is trusted because of it. */
export const POPUP_STATE_PREFIX: string = `${STATE_PREFIX}popup.`

/** What a callback URL says. */
export interface Callback {
  state: string
  params: URLSearchParams
}

/**
 * Whether a URL is the way back from a connect flow that `startConnect` started, successful or refused, and not the
 * callback of a login. Looks at the query and at the fragment.
 */
export function isConnectCallback(url: string | URL): boolean {
  return readCallback(url) !== undefined
}

/** The `state` of a connect flow's callback URL; undefined where it is none. */
export function callbackState(url: string | URL): string | undefined {
  return readCallback(url)?.state
}

/** Reads a callback URL; throws `ConnectFlowError` `not_a_callback` where it is none. */
export function parseCallback(url: string | URL): Callback {
  const callback = readCallback(url)
  if (callback) return callback
  throw new ConnectFlowError('not_a_callback', {
    message: "callbackUrl must be the whole URL of a connect flow's callback.",
  })
}

function readCallback(url: string | URL): Callback | undefined {
  const parsed = parseUrl(String(url))
  if (!parsed) return undefined
  // The code comes in the fragment where a flow was started without PKCE.
  for (const params of [new URLSearchParams(parsed.hash.slice(1)), parsed.searchParams]) {
    const state = params.get('state')
    if (state?.startsWith(STATE_PREFIX)) return { state, params }
  }
  return undefined
}
