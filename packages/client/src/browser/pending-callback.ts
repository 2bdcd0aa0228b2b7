import { isConnectCallback } from '../connect/callback-url.js'
import { isConnectFlowError } from '../errors/connect-flow-error.js'

/** A callback that this page was opened with. */
export interface PendingCallback {
  readonly url: string
  /** Removes the callback's parameters from the address bar. The history entry keeps the URL, for a reload. */
  clear(): void
  /**
   * Notes that the callback was answered, so that the page does not have to remember it. After a reload only a success is
   * told again.
   *
   * @param user - The user for whom it was answered.
   */
  markHandled(status: 'success' | 'error', user?: string): void
  /**
   * Returns true if an error only means that this callback was already handled, or belonged to another user. Also returns
   * true, whatever the error, if the callback was answered for a user and nobody is logged in any longer.
   */
  isStale(error: unknown, user?: string): boolean
}

/** The field of a history entry's state that keeps the URL. */
const KEY = 'connected-accounts.callback'
const PARAMETERS = ['connect_code', 'state', 'error', 'error_description']

/** The callback that this page has seen last. */
let seen: SeenCallback | undefined

/**
 * Returns the callback in the address bar. Once seen, it is remembered until it is handled, whatever a router or a login SDK
 * does to the address bar. From then on it belongs to its entry in the browser's history, so that a reload shows it again.
 *
 * @returns Undefined if this page is not the callback of a connect flow.
 *
 * @example
 * ```ts
 * const callback = getPendingCallback()
 * if (callback) {
 *   callback.clear()
 *   await completeConnectInPage(client, { callbackUrl: callback.url, user: user.sub })
 * }
 * ```
 */
export function getPendingCallback(): PendingCallback | undefined {
  const { href } = window.location
  const isInAddress = isConnectCallback(href)
  if (!isInAddress && seen && !seen.isHandled) return seen
  const url = isInAddress ? href : keptUrl()
  if (url === undefined) seen = undefined
  else if (url !== seen?.url) seen = new SeenCallback(url, !isInAddress)
  return seen
}

class SeenCallback implements PendingCallback {
  readonly url: string
  isHandled = false
  /** The first user for whom it was answered. */
  #user: string | undefined
  /** Whether the flow was completed before, as far as this page knows. */
  #isCompleted: boolean

  /** @param isRevisited - True if an earlier load of this page has kept the URL. */
  constructor(url: string, isRevisited: boolean) {
    this.url = url
    this.#isCompleted = isRevisited
  }

  clear = (): void => {
    if (window.location.href !== this.url) return
    const kept = { ...window.history.state, [KEY]: this.url }
    window.history.replaceState(kept, '', withoutCallback(this.url))
  }

  markHandled = (status: 'success' | 'error', user?: string): void => {
    this.isHandled = true
    this.#user ??= user
    if (status === 'success') this.#isCompleted = true
  }

  isStale = (error: unknown, user?: string): boolean => {
    const isOfOtherUser = this.#user !== undefined && this.#user !== user
    if (isOfOtherUser && user === undefined) return true
    if (!this.#isCompleted && !isOfOtherUser) return false
    return isConnectFlowError(error) && ['unknown_state', 'user_mismatch'].includes(error.code)
  }
}

/** The URL that {@link PendingCallback.clear} kept in this history entry. */
function keptUrl(): string | undefined {
  const kept: unknown = window.history.state?.[KEY]
  return typeof kept === 'string' ? kept : undefined
}

function withoutCallback(href: string): string {
  const url = new URL(href)
  url.search = withoutParameters(url.search)
  url.hash = withoutParameters(url.hash)
  return url.href
}

/**
 * Removes a callback's parameters from a query or a fragment. The other parameters stay letter for letter, and so does a part
 * that is no callback.
 */
function withoutParameters(part: string): string {
  const parameters = part.slice(1)
  if (!isConnectCallback(`https://page.invalid/?${parameters}`)) return part
  const isOther = (pair: string) => !PARAMETERS.includes(pair.split('=')[0] ?? '')
  return parameters.split('&').filter(isOther).join('&')
}
