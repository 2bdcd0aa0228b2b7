import { parseUrl } from './domain.js'

interface ConnectOptions {
  connection: string
  redirectUri: string
  scopes?: readonly string[] | undefined
  appState?: unknown
  returnTo?: string | undefined
}

/** Refuses what could not be sent, kept or given back; throws a TypeError that names the option. */
export function checkConnectOptions(options: ConnectOptions): void {
  const { connection, redirectUri, scopes, appState, returnTo } = options
  if (!connection) throw new TypeError('connection must be the name of a connection.')
  if (!parseUrl(redirectUri))
    throw new TypeError(`redirectUri must be an absolute URL; got '${redirectUri}'.`)
  if (scopes && !areScopes(scopes))
    throw new TypeError('scopes must be 1 to 100 different scopes of 1 to 255 characters each.')
  const place = appState === undefined ? undefined : notJson(appState, 'appState')
  if (place) throw new TypeError(`${place} is something that JSON cannot hold.`)
  if (!isReturnTo(returnTo, redirectUri))
    throw new TypeError("returnTo must be a URL or a path of redirectUri's origin.")
}

/**
 * Whether a person may be taken there after a flow: a URL of the `redirectUri`'s origin, or relative to it. Scheme and
 * host are compared, as the origin of every `javascript:` URL and of every app's own scheme is the same `null`.
 */
export function isReturnTo(returnTo: string | undefined, redirectUri: string): boolean {
  if (returnTo === undefined) return true
  if (!URL.canParse(returnTo, redirectUri)) return false
  const { protocol, host } = new URL(redirectUri)
  const url = new URL(returnTo, redirectUri)
  return url.protocol === protocol && url.host === host
}

// Length in characters, as JSON Schema counts it: not in UTF-16 units.
function areScopes(scopes: readonly string[]): boolean {
  return (
    scopes.length > 0 &&
    scopes.length <= 100 &&
    new Set(scopes).size === scopes.length &&
    scopes.every((scope) => typeof scope === 'string' && scope && [...scope].length <= 255)
  )
}

/** Where a value has something that JSON cannot hold, like `appState.since`; undefined where it is JSON all over. */
function notJson(value: unknown, place: string, around: unknown[] = []): string | undefined {
  if (value === null || typeof value === 'string' || typeof value === 'boolean') return undefined
  if (typeof value === 'number') return Number.isFinite(value) ? undefined : place
  if (typeof value !== 'object' || around.includes(value) || !isPlain(value)) return place
  for (const [key, member] of Object.entries(value)) {
    const found =
      member === undefined && !Array.isArray(value)
        ? undefined
        : notJson(member, `${place}.${key}`, [...around, value])
    if (found) return found
  }
  return undefined
}

// An object of another realm has another Object.prototype, but that has nothing above it either.
function isPlain(value: object): boolean {
  const prototype: unknown = Object.getPrototypeOf(value)
  return Array.isArray(value) || prototype === null || Object.getPrototypeOf(prototype) === null
}
