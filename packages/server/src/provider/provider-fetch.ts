import type { ConnectionReference, ConnectionScope, Fetch } from '@connected-accounts/client'
import {
  checkTimeout,
  connectionName,
  createOriginCheck,
  createSender,
  DEFAULT_TIMEOUT,
  definedScopes,
  requiredScopes,
  retryGet,
  toRequest,
} from '@connected-accounts/client/internal'
import type { ConnectionTokenSource } from '../tokens/connection-token-source.js'
import type { NeededGrant } from './lost-grant.js'
import { isPlain, sendRequest, sendUrl } from './outgoing-request.js'
import { createProviderCall } from './provider-call.js'

/** Options of {@link createProviderFetch}. */
export interface ProviderFetchOptions<Reference extends ConnectionReference = ConnectionReference> {
  /** Where the tokens come from: `fromSession(…)`, or what `fromAccessToken` or `privilegedWorker` returns for a user. */
  exchange: ConnectionTokenSource
  /** The connection's name, or its definition from `defineConnections`. */
  connection: Reference
  /**
   * The scopes that the calls need. If Token Vault says that the token lacks one of them, nothing is sent to the provider. Default: the
   * scopes of the connection's definition.
   */
  scopes?: readonly ConnectionScope<Reference>[] | undefined
  /** Chooses among several accounts of the connection. It cannot be used with `privilegedWorker`. */
  loginHint?: string | undefined
  /**
   * The origins that may see the token, such as `https://www.googleapis.com`. Plain http is for localhost only. They cannot be
   * changed by a call.
   */
  allowedOrigins: readonly string[]
  /**
   * How often a request is sent again after a 429 or a network failure, with the pauses of `createConnectedAccountsClient`; 0 by default.
   * Only requests with one of the `methods` are. Default: `['GET']`. Add only methods that the provider lets you repeat.
   */
  retry?: { limit: number; methods?: readonly string[] | undefined } | undefined
  /** How long a call may take until its headers are there, in milliseconds. Default: 30,000. A retry has the same time again. */
  timeout?: number | undefined
  /** Sends the authorized requests: a function that takes one `Request`. Default: the runtime's own `fetch`. */
  fetch?: Fetch | undefined
}

/**
 * Creates a `fetch` for a provider's API. It adds the user's token from Token Vault. If the provider responds with 401, it gets another token and
 * sends the request again, once. It does not follow redirects, because the token must not go anywhere else: you get the 3xx answer.
 *
 * If the call needs the person, it throws a `ConnectionRequiredError`, whose `reason` is one of these:
 *
 * - `not_connected`: Token Vault has no account. If the source cannot list accounts, or there is a `loginHint`, this may also be a grant
 *   that has expired or was revoked, because Auth0 has the same error for all three.
 * - `expired`: the account's time is over, or an account is listed and Token Vault has no usable token of it. This may also be a grant that
 *   was revoked, of which Auth0 learned first.
 * - `missing_scopes`: Token Vault or the provider says that the token lacks scopes.
 * - `revoked`: the provider refuses tokens that should still be valid.
 *
 * @returns A `fetch`. It throws a TypeError, and sends nothing, if a request goes to an origin that is not in `allowedOrigins`. It throws
 * `ConnectionRequiredError` `connection_required`, and what the source of the tokens throws. It resolves with every other answer.
 * @throws {TypeError} if an option is wrong; the message names it.
 * @see https://www.rfc-editor.org/rfc/rfc6750#section-3.1
 * @example
 * ```ts
 * const calendar = createProviderFetch({
 *   exchange: fromSession(server, { request, response }),
 *   connection: 'google-oauth2',
 *   scopes: ['https://www.googleapis.com/auth/calendar.readonly'],
 *   allowedOrigins: ['https://www.googleapis.com'],
 * })
 * const events = await calendar('https://www.googleapis.com/calendar/v3/calendars/primary/events')
 * ```
 */
export function createProviderFetch<Reference extends ConnectionReference>(
  options: ProviderFetchOptions<Reference>,
): typeof globalThis.fetch {
  const { exchange, connection: reference, loginHint, timeout = DEFAULT_TIMEOUT } = options
  const { scopes = definedScopes(reference) ?? [] } = options
  const connection = connectionName(reference)
  const needed = { exchange, connection, scopes, loginHint }
  checkNeeded(needed)
  checkTimeout(timeout)
  const checkOrigin = createOriginCheck(options.allowedOrigins)
  const { limit, methods } = checkRetry(options.retry)
  const required = requiredScopes(reference)
  // Token Vault may name those that the provider requires in another way.
  const checked = scopes.filter((scope) => !required.includes(scope))
  const fetch = options.fetch && createSender(options.fetch)
  const call = createProviderCall({ ...needed, checked })
  return (input, init) => {
    const given = init?.signal ?? (input instanceof Request ? input.signal : undefined)
    return withDeadline({ given, timeout }, async (signal, startAnew) => {
      if (limit === 0 && isPlain(input, init)) {
        const url = new URL(input)
        checkOrigin(url)
        return call(sendUrl(url.href, { ...init, signal }, fetch), signal)
      }
      const request = new Request(toRequest(input, init), { signal })
      checkOrigin(new URL(request.url))
      const send: Fetch = (turn) => call(sendRequest(request, { fetch, turn }), signal)
      if (limit === 0 || !methods.includes(request.method)) return send(request)
      // Each turn sends a copy of the request, which may have a body, so what is copied here has none.
      return retryGet(new Request(request.url, { signal }), { limit, send, onPause: startAnew })
    })
  }
}

/**
 * Runs work with a signal that is aborted when the given one is, or when the time is over. Afterwards only the given one counts, so that
 * it also ends the body.
 */
async function withDeadline<T>(
  { given, timeout }: { given: AbortSignal | null | undefined; timeout: number },
  work: (signal: AbortSignal, startAnew: (pause: number) => void) => Promise<T>,
): Promise<T> {
  const late = new AbortController()
  let timer: ReturnType<typeof setTimeout> | undefined
  const startAnew = (pause: number) => {
    clearTimeout(timer)
    timer = setTimeout(() => {
      const message = `No answer within ${timeout} ms. Try again, or allow more time.`
      late.abort(new DOMException(message, 'TimeoutError'))
    }, timeout + pause)
  }
  startAnew(0)
  try {
    return await work(given ? AbortSignal.any([given, late.signal]) : late.signal, startAnew)
  } finally {
    clearTimeout(timer)
  }
}

function checkNeeded({ exchange, connection, scopes, loginHint }: NeededGrant): void {
  if (typeof exchange?.getToken !== 'function') {
    throw new TypeError(
      'exchange must be a source of tokens. Pass fromSession(…), or call what fromAccessToken(…) or privilegedWorker(…) returns.',
    )
  }
  if (typeof connection !== 'string' || !connection) {
    throw new TypeError("connection must be the name of a connection, like 'google-oauth2'.")
  }
  if (!Array.isArray(scopes) || !scopes.every((scope) => typeof scope === 'string')) {
    throw new TypeError('scopes must be an array of strings.')
  }
  if (loginHint !== undefined && typeof loginHint !== 'string') {
    throw new TypeError('loginHint must be a string.')
  }
}

function checkRetry(retry: ProviderFetchOptions['retry']): { limit: number; methods: string[] } {
  const { limit, methods = ['GET'] } = retry ?? { limit: 0 }
  if (!Number.isInteger(limit) || limit < 0) {
    throw new TypeError('retry.limit must be a whole number, 0 or more.')
  }
  if (!Array.isArray(methods) || !methods.every((method) => /^[A-Z]+$/.test(method))) {
    throw new TypeError(
      "retry.methods must be an array of methods in capitals, like ['GET', 'PUT'].",
    )
  }
  return { limit, methods: [...methods] }
}
