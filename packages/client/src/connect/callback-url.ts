import { ConnectFlowError } from '../errors/connect-flow-error.js'
import { parseUrl } from '../http/url.js'

/** How the states of this package begin, so that the callback of a connect flow is told from that of a login. */
export const STATE_PREFIX = 'connect.'

/** How the states of flows in a popup begin. It chooses what the callback page does; nothing is trusted because of it. */
export const POPUP_STATE_PREFIX: string = `${STATE_PREFIX}popup.`

/** The `state` and the parameters of a callback URL. */
export interface Callback {
  state: string
  params: URLSearchParams
}

/**
 * Returns true if a URL is the callback of a connect flow that `startConnect` started, whether the user allowed it or not.
 * The callback of a login is none. Looks at the query and at the fragment.
 *
 * @example
 * ```ts
 * if (isConnectCallback(window.location.href)) await completeConnect(client, { … })
 * ```
 */
export function isConnectCallback(url: string | URL): boolean {
  return readCallback(url) !== undefined
}

/** Returns the `state` of a connect flow's callback URL; undefined if the URL is no such callback. */
export function callbackState(url: string | URL): string | undefined {
  return readCallback(url)?.state
}

/**
 * Reads a callback URL.
 *
 * @throws {ConnectFlowError} `not_a_callback`, when the URL is not the callback of a connect flow.
 */
export function parseCallback(url: string | URL): Callback {
  const callback = readCallback(url)
  if (callback) return callback
  throw new ConnectFlowError('not_a_callback', {
    message:
      'callbackUrl is not the callback of a connect flow. Pass the whole URL that the browser came back to, and only if isConnectCallback(url) is true.',
  })
}

/** What a callback brings: the code that completes the flow, or the error that ended it at the provider. */
export type CallbackResult = { connectCode: string } | { refusal: ConnectFlowError }

/**
 * Reads the result in a callback's parameters.
 *
 * @param flow - What is known of the flow; the errors repeat it.
 * @throws {ConnectFlowError} `missing_connect_code`, when there is neither a code nor an error.
 */
export function readResult(
  { params }: Callback,
  flow: { connection: string; appState?: unknown; returnTo?: string | undefined },
): CallbackResult {
  const error = params.get('error')
  if (error) {
    const code = error === 'access_denied' ? 'access_denied' : 'provider_error'
    const description = params.get('error_description')
    const message = description ? `${error}: ${description}` : error
    return { refusal: new ConnectFlowError(code, { ...flow, error, message }) }
  }
  const connectCode = params.get('connect_code')
  if (connectCode) return { connectCode }
  throw new ConnectFlowError('missing_connect_code', {
    ...flow,
    message:
      'The callback URL has no connect_code. Pass the whole URL, with its query and fragment.',
  })
}

function readCallback(url: string | URL): Callback | undefined {
  const parsed = parseUrl(String(url))
  if (!parsed) return undefined
  // The code is in the fragment if a flow was started without PKCE.
  for (const params of [new URLSearchParams(parsed.hash.slice(1)), parsed.searchParams]) {
    const state = params.get('state')
    if (state?.startsWith(STATE_PREFIX)) return { state, params }
  }
  return undefined
}
