import { isReturnTo, parseUrl } from '../http/url.js'

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
    throw new TypeError('scopes must be 1 to 100 different ones of 1 to 255 characters each.')
  if (appState !== undefined) checkJson(appState, 'appState')
  if (!isReturnTo(returnTo, redirectUri))
    throw new TypeError("returnTo must be a URL or a path of redirectUri's origin.")
}

/** Whether these may be the `scopes` of `startConnect`: 1 to 100 different ones of 1 to 255 characters each. */
export function areScopes(scopes: readonly string[]): boolean {
  // Length in characters, as JSON Schema counts it: not in UTF-16 units.
  return (
    scopes.length > 0 &&
    scopes.length <= 100 &&
    new Set(scopes).size === scopes.length &&
    scopes.every((scope) => typeof scope === 'string' && scope && [...scope].length <= 255)
  )
}

/** Refuses what JSON cannot hold, with its place, like `appState.since`. */
function checkJson(value: unknown, place: string, around: unknown[] = []): void {
  if (value === null || typeof value === 'string' || typeof value === 'boolean') return
  if (Number.isFinite(value)) return
  if (!isPlain(value) || around.includes(value)) {
    throw new TypeError(`JSON cannot hold ${place}.`)
  }
  for (const [key, member] of Object.entries(value)) {
    const isLeftOut = member === undefined && !Array.isArray(value)
    if (!isLeftOut) checkJson(member, `${place}.${key}`, [...around, value])
  }
}

// An object of another realm has another Object.prototype, but that has nothing above it either.
function isPlain(value: unknown): value is object {
  if (typeof value !== 'object' || Array.isArray(value)) return Array.isArray(value)
  const prototype: unknown = Object.getPrototypeOf(value)
  return prototype === null || Object.getPrototypeOf(prototype) === null
}
