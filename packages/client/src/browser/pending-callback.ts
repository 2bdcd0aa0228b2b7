import { isConnectCallback } from '../connect/callback-url.js'
import { isConnectFlowError } from '../errors/connect-flow-error.js'

/** A callback that this page was opened with. */
export interface PendingCallback {
  readonly url: string
  /** Removes the callback's parameters from the address bar, and keeps its URL in the history entry for a reload. */
  clear(): void
  /**
   * Notes that it has its answer, and for whom, and no longer has to be remembered; only a success is told again after a
   * reload.
   */
  markHandled(status: 'success' | 'error', user?: string): void
  /**
   * Whether an error only says that the flow was completed before and is forgotten by now, or was another user's; and once
   * it was answered, whether nobody is logged in any longer.
   */
  isStale(error: unknown, user?: string): boolean
}

const KEY = 'connected-accounts.callback'
const PARAMETERS = ['connect_code', 'state', 'error', 'error_description']

let seen: (PendingCallback & { isAnswered(): boolean }) | undefined

/**
 * The callback in the address bar. Once seen it is remembered, whatever a router or a login SDK does to the address bar,
 * until it is handled; from then on it belongs to its entry in the browser's history, so that a reload shows it again.
 */
export function getPendingCallback(): PendingCallback | undefined {
  const { href } = window.location
  const arrived = isConnectCallback(href)
  if (!arrived && seen && !seen.isAnswered()) return seen
  const url = arrived ? href : keptUrl()
  if (url !== seen?.url) seen = url ? newCallback(url, !arrived) : undefined
  return seen
}

/** `revisited` where it was kept from an earlier load of this page. */
function newCallback(url: string, revisited: boolean) {
  let answered = false
  let answeredFor: string | undefined
  return {
    url,
    isAnswered: () => answered,
    clear() {
      if (window.location.href !== url) return
      const kept = { ...window.history.state, [KEY]: url }
      window.history.replaceState(kept, '', withoutCallback(url))
    },
    markHandled(status: 'success' | 'error', user?: string) {
      answered = true
      answeredFor ??= user
      revisited ||= status === 'success'
    },
    isStale(error: unknown, user?: string) {
      const isOthers = answeredFor !== undefined && answeredFor !== user
      if (isOthers && user === undefined) return true
      return (
        (revisited || isOthers) &&
        isConnectFlowError(error) &&
        ['unknown_state', 'user_mismatch'].includes(error.code)
      )
    },
  }
}

function keptUrl(): string | undefined {
  const kept: unknown = window.history.state?.[KEY]
  return typeof kept === 'string' ? kept : undefined
}

function withoutCallback(href: string): string {
  const url = new URL(href)
  url.search = withoutParameters(url, url.search)
  url.hash = withoutParameters(url, url.hash)
  return url.href
}

/** The query or the fragment without a callback's parameters, if it has them; the others stay letter for letter. */
function withoutParameters({ origin }: URL, part: string): string {
  if (!isConnectCallback(`${origin}/?${part.slice(1)}`)) return part
  const kept = part.slice(1).split('&')
  return kept.filter((pair) => !PARAMETERS.includes(pair.replace(/=.*/, ''))).join('&')
}
