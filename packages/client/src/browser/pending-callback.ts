import { isConnectCallback } from '../connect/callback-url.js'
import { isRefusal, isRefusedUnread } from '../connect/complete-connect.js'
import { isConnectFlowError } from '../errors/connect-flow-error.js'
import { isMyAccountApiError } from '../errors/my-account-api-error.js'

/** A callback that this page was opened with. */
export interface PendingCallback {
  readonly url: string
  /**
   * True if the success of this callback was reported before: the page was reloaded, or the user came back to it. Do not show
   * your message again. Pass it to `completeConnectInPage`, which then also checks that the account is still connected.
   */
  readonly isRepeated: boolean
  /** Removes the callback's parameters from the address bar. The history entry keeps the URL, for a reload. */
  clear: () => void
  /**
   * Notes that the flow was completed or has failed, so that the page no longer keeps the callback in memory. A reload reports a
   * success again, but not an error.
   *
   * @param user - The user who was logged in then.
   */
  markHandled: (status: 'success' | 'error', user?: string) => void
  /**
   * Returns true if an error only means that this callback was already handled, or belonged to another user. Also returns
   * true, whatever the error, if the callback was handled for a user and nobody is logged in any longer.
   */
  isStale: (error: unknown, user?: string) => boolean
  /** Forgets the callback, for this page and for a reload. */
  dismiss: () => void
  readonly isDismissed: boolean
}

/** The fields of a history entry's state: the URL, and whether its success was reported. */
const KEY = 'connected-accounts.callback'
const REPORTED = 'connected-accounts.callback.reported'
const PARAMETERS = ['connect_code', 'state', 'error', 'error_description']

/** The callback that this page has seen last. */
let seen: SeenCallback | undefined
const listeners = new Set<() => void>()

/**
 * Returns the callback in the address bar. Once seen, it is remembered until it is handled, whatever a router or a login SDK
 * does to the address bar. From then on it belongs to its entry in the browser's history, so that a reload shows it again.
 *
 * @returns Undefined if this page is not the callback of a connect flow, or if there is no page.
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
  // React Native has neither, and Expo has a location without a history.
  if (!globalThis.history || !globalThis.location) return undefined
  const { href } = window.location
  const isInAddress = isConnectCallback(href)
  if (!isInAddress && seen && !seen.isHandled) return seen
  const kept = readEntry()
  const url = isInAddress ? href : kept.url
  if (url === undefined) {
    seen = undefined
  } else if (url !== seen?.url) {
    seen = new SeenCallback(url, { isRevisited: !isInAddress, isRepeated: kept.isReported })
  } else if (seen.isReported && !seen.isRepeated) {
    seen = new SeenCallback(url, { isRevisited: true, isRepeated: true })
  }
  return seen
}

/** Calls the listener when a callback is dismissed. Returns a function that ends this. @internal */
export function subscribeToDismissal(listener: () => void): () => void {
  listeners.add(listener)
  return () => listeners.delete(listener)
}

class SeenCallback implements PendingCallback {
  readonly url: string
  readonly isRepeated: boolean
  isHandled = false
  isReported = false
  isDismissed = false
  /** The first user for whom the callback was handled. */
  #user: string | undefined
  /** Whether the flow was completed before, as far as this page knows. */
  #isCompleted: boolean

  /** @param options.isRevisited - True if an earlier load of this page, or this one, has kept the URL. */
  constructor(url: string, { isRevisited = false, isRepeated = false }) {
    this.url = url
    this.#isCompleted = isRevisited
    this.isRepeated = isRepeated
  }

  clear = (): void => {
    if (window.location.href !== this.url) return
    changeEntry({ [KEY]: this.url }, withoutCallback(this.url))
  }

  markHandled = (status: 'success' | 'error', user?: string): void => {
    this.isHandled = true
    this.#user ??= user
    if (status !== 'success') return
    this.#isCompleted = true
    this.isReported = true
    if (readEntry().url === this.url) changeEntry({ [REPORTED]: true })
  }

  isStale = (error: unknown, user?: string): boolean => {
    const isOfOtherUser = this.#user !== undefined && this.#user !== user
    if (isOfOtherUser && user === undefined) return true
    if (!this.#isCompleted && !isOfOtherUser) return false
    return isConnectFlowError(error) && ['unknown_state', 'user_mismatch'].includes(error.code)
  }

  dismiss = (): void => {
    this.isHandled = true
    this.isDismissed = true
    this.clear()
    if (readEntry().url === this.url) changeEntry({ [KEY]: undefined, [REPORTED]: undefined })
    for (const listener of listeners) listener()
  }
}

/**
 * Returns true if completing the flow again can succeed after this error. It can after a failure of the network, the server or
 * the storage, and when another user, or the same one again, has logged in.
 */
export function canRetryCallback(error: unknown): boolean {
  if (isConnectFlowError(error)) {
    return ['storage_unavailable', 'user_mismatch'].includes(error.code)
  }
  return !isMyAccountApiError(error) || !isRefusal(error) || isRefusedUnread(error)
}

/** Returns what the page's entry in the browser's history keeps of a callback. */
function readEntry(): { url: string | undefined; isReported: boolean } {
  const { [KEY]: url, [REPORTED]: reported } = Object(window.history.state)
  return typeof url === 'string'
    ? { url, isReported: reported === true }
    : { url: undefined, isReported: false }
}

function changeEntry(change: Record<string, unknown>, url?: string): void {
  window.history.replaceState({ ...window.history.state, ...change }, '', url)
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
