import { ConnectFlowError, opaqueOriginHint } from '../errors/connect-flow-error.js'
import { isReturnTo, parseUrl } from '../http/url.js'

/** The options of `startConnect` that may come from a request. */
interface ConnectOptions {
  connection: string
  redirectUri: string
  scopes?: readonly string[] | undefined
  appState?: unknown
  returnTo?: string | undefined
  authorizationParams?: object | undefined
  user?: string | undefined
  reconnectAccountId?: string | undefined
}

/**
 * Checks that the options of `startConnect` can be sent, kept and returned.
 *
 * @throws {ConnectFlowError} `invalid_request`, when one cannot; the message names it.
 */
export function checkConnectOptions(options: ConnectOptions): void {
  const { connection, redirectUri, scopes, appState, returnTo, authorizationParams } = options
  const { user, reconnectAccountId } = options
  if (typeof connection !== 'string' || !connection) {
    throw invalidRequest('connection must be the name of a connection, like "google-oauth2".')
  }
  // The provider's answer would be behind a fragment (RFC 6749 §3.1.2).
  if (typeof redirectUri !== 'string' || parseUrl(redirectUri)?.hash !== '') {
    throw invalidRequest(
      `redirectUri must be an absolute URL without a fragment; got '${redirectUri}'.${opaqueOriginHint()}`,
      connection,
    )
  }
  for (const [name, id] of Object.entries({ user, reconnectAccountId })) {
    if (id === undefined || (typeof id === 'string' && id)) continue
    throw invalidRequest(`${name} must be an id, and left out if there is none.`, connection)
  }
  if (authorizationParams !== undefined && Object(authorizationParams) !== authorizationParams) {
    throw invalidRequest(
      "authorizationParams must be an object, like { prompt: 'consent' }.",
      connection,
    )
  }
  if (scopes !== undefined && !areScopes(scopes)) {
    throw invalidRequest(
      'scopes must be an array of 1 to 100 different scopes of 1 to 255 characters each.',
      connection,
    )
  }
  const place = findNonJson(appState, 'appState')
  if (place !== undefined) {
    throw invalidRequest(
      `JSON cannot hold ${place}. Pass only plain objects, arrays, strings, finite numbers, booleans and null.`,
      connection,
    )
  }
  checkReturnTo(options, connection)
  if (returnTo !== undefined && !fitsReturnTo(returnTo)) {
    throw invalidRequest(`returnTo must have at most ${MAX_RETURN_TO_BYTES} bytes.`, connection)
  }
}

function checkReturnTo({ returnTo, redirectUri }: ConnectOptions, connection: string): void {
  const isText = returnTo === undefined || typeof returnTo === 'string'
  if (isText && isReturnTo(returnTo, redirectUri)) return
  throw invalidRequest(
    "returnTo must be a URL or a path of redirectUri's origin, like '/settings'.",
    connection,
  )
}

function invalidRequest(message: string, connection?: string): ConnectFlowError {
  return new ConnectFlowError('invalid_request', { message, connection })
}

/** Flows that are kept in cookies have little room: a longer `returnTo` would take that of other flows. */
const MAX_RETURN_TO_BYTES = 512

/** Returns true if a `returnTo` is short enough to be kept: 512 bytes in UTF-8. */
export function fitsReturnTo(returnTo: string): boolean {
  return new TextEncoder().encode(returnTo).length <= MAX_RETURN_TO_BYTES
}

/** Returns true if a value can be the `scopes` of `startConnect`: 1 to 100 different ones of 1 to 255 characters each. */
function areScopes(scopes: readonly string[]): boolean {
  if (!Array.isArray(scopes)) return false
  const isScope = (scope: unknown) =>
    // Length in characters, as JSON Schema counts it: not in UTF-16 units.
    typeof scope === 'string' && scope !== '' && [...scope].length <= 255
  const areDifferent = new Set(scopes).size === scopes.length
  return scopes.length > 0 && scopes.length <= 100 && areDifferent && scopes.every(isScope)
}

/**
 * Finds the first value that JSON would change or drop, such as a Date.
 *
 * @returns Its place, like `appState.since`; undefined if there is none.
 * @internal
 */
export function findNonJson(
  value: unknown,
  place: string,
  around: readonly unknown[] = [],
): string | undefined {
  if (value === undefined && around.length === 0) return undefined // no appState at all
  if (value === null || typeof value === 'string' || typeof value === 'boolean') return undefined
  if (Number.isFinite(value)) return undefined
  if (!isPlain(value) || around.includes(value)) return place
  for (const [key, member] of Object.entries(value)) {
    const isLeftOut = member === undefined && !Array.isArray(value)
    const found = isLeftOut ? undefined : findNonJson(member, `${place}.${key}`, [...around, value])
    if (found !== undefined) return found
  }
  return undefined
}

// An object of another realm has another Object.prototype, but that has nothing above it either.
function isPlain(value: unknown): value is object {
  if (Array.isArray(value)) return true
  if (typeof value !== 'object') return false
  const prototype: unknown = Object.getPrototypeOf(value)
  return prototype === null || Object.getPrototypeOf(prototype) === null
}
