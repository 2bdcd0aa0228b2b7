import { isConnectCallback } from '@connected-accounts/client'

/** A callback that this page was opened with. */
export interface SeenCallback {
  readonly url: string
  /** Kept from an earlier load of this page, or completed in this one. */
  revisited: boolean
  /** Completed or refused in this page: it no longer has to be remembered. */
  answered: boolean
}

const KEY = 'connected-accounts.callback'
const PARAMETERS = ['connect_code', 'state', 'error', 'error_description']

let seen: SeenCallback | undefined

/**
 * The callback in the address bar. Once seen it is remembered, whatever a router or a login SDK does to the address bar,
 * until it is answered; from then on it belongs to its entry in the browser's history, so that a reload shows it again.
 */
export function seeCallback(): SeenCallback | undefined {
  const { href } = window.location
  const arrived = isConnectCallback(href)
  if (!arrived && seen && !seen.answered) return seen
  const url = arrived ? href : keptUrl()
  if (url !== seen?.url) seen = url ? { url, revisited: !arrived, answered: false } : undefined
  return seen
}

/** Notes that a callback has its answer; only a success is told again after a reload. */
export function markAnswered(callback: SeenCallback, status: 'success' | 'error'): void {
  callback.answered = true
  callback.revisited ||= status === 'success'
}

/** Removes a callback's parameters from the address bar, and keeps its URL in the history entry for a reload. */
export function clearAddressBar({ url }: SeenCallback): void {
  if (window.location.href !== url) return
  window.history.replaceState({ ...window.history.state, [KEY]: url }, '', withoutCallback(url))
}

/** The `state` of a callback URL, which is in its fragment where the fragment has one. */
export function callbackState(url: string): string | undefined {
  const { hash, searchParams } = new URL(url)
  return new URLSearchParams(hash.slice(1)).get('state') ?? searchParams.get('state') ?? undefined
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
