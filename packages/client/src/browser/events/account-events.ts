import type { AccountUpdate } from '../../connections/account-event.js'
import { runAlone } from '../../mutex.js'
import { followEventStream, type StreamMessage } from './event-stream.js'

/** Options of {@link subscribeToAccountEvents}. */
export interface AccountEventsOptions {
  /** The `events` route of `@connected-accounts/server`, such as `/auth/events`. It must be of the page's own origin. */
  url: string | URL
  /** Id of the logged-in user, like `user.sub`. Events of another user are ignored. */
  user: string
  /**
   * Called for each event of the user, in every tab. `resync` says that events may have been missed: fetch again what you show. An
   * event can come twice.
   */
  onEvent: (update: AccountUpdate) => void
}

/** A message from the tab that has the connection to the others, or the `hello` of a new tab. */
type TabMessage = { id: string; update?: AccountUpdate } | 'hello'

/**
 * Tells an open page what happens to the user's connected accounts: an account is connected, or an exchange of Token Vault
 * fails, wherever that is. All tabs of the browser share one connection. If the tab that has it is closed, another one goes on after
 * the last event. A connection that is cut is opened again, after pauses of up to 30 seconds.
 *
 * It stops when the server says that nobody is logged in. Another tab that is opened after the next login connects for all.
 *
 * @returns A function that ends the subscription.
 * @example
 * ```ts
 * const stop = subscribeToAccountEvents({
 *   url: '/auth/events',
 *   user: user.sub,
 *   onEvent: ({ type }) => {
 *     if (type !== 'exchanged') void reloadAccounts()
 *   },
 * })
 * ```
 */
export function subscribeToAccountEvents({ url, user, onEvent }: AccountEventsOptions): () => void {
  const { href } = new URL(url, window.location.href)
  const name = JSON.stringify(['connected-accounts-events', href, user])
  let lastId: string | undefined
  let stop = () => {}

  function start(): void {
    const ending = new AbortController()
    const { signal } = ending
    const channel = openChannel(name)
    let isLeader = false
    const receive = ({ id, update }: Exclude<TabMessage, 'hello'>) => {
      lastId = id
      try {
        if (update) onEvent(update)
      } catch (error) {
        reportError(error) // it is the application's own, and must not cut the connection
      }
    }
    const lead = () => {
      isLeader = true
      const onMessage = (message: StreamMessage) => {
        const shared = { id: message.id, ...readUpdate(message, user) }
        channel?.postMessage(shared)
        receive(shared)
      }
      return followEventStream({ url: href, signal, lastId: () => lastId, onMessage })
    }
    channel?.addEventListener('message', ({ data }: MessageEvent<TabMessage>) => {
      if (data !== 'hello') receive(data)
      else if (isLeader && lastId !== undefined) channel.postMessage({ id: lastId })
    })
    channel?.postMessage('hello') // so that this tab knows where to go on if it has to
    runAlone(name, lead, { signal })
      .catch(() => {}) // the subscription was ended
      .finally(() => {
        isLeader = false
      })
    stop = () => {
      ending.abort()
      channel?.close()
    }
  }

  const hide = () => stop() // the browser may keep the page, but not with a lock or a connection
  const show = ({ persisted }: PageTransitionEvent) => {
    if (!persisted) return
    start()
    onEvent({ type: 'resync' })
  }
  window.addEventListener('pagehide', hide)
  window.addEventListener('pageshow', show)
  start()
  return () => {
    window.removeEventListener('pagehide', hide)
    window.removeEventListener('pageshow', show)
    stop()
  }
}

function openChannel(name: string): BroadcastChannel | undefined {
  return typeof BroadcastChannel === 'undefined' ? undefined : new BroadcastChannel(name)
}

/** Reads what a message tells this user. The cookie may have become another user's meanwhile. */
function readUpdate({ type, data }: StreamMessage, user: string): { update?: AccountUpdate } {
  if (type === 'resync') return { update: { type } }
  if (type !== 'account') return {}
  const update: AccountUpdate = JSON.parse(data)
  return 'user' in update && update.user === user ? { update } : {}
}
