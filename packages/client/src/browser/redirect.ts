import { fitsReturnTo } from '../connect/options.js'
import {
  type StartConnectOptions,
  type StartedConnect,
  startConnect,
} from '../connect/start-connect.js'
import { type TransactionStore, tryStore } from '../connect/transactions.js'
import { sessionStorageTransactions } from '../connect/web-storage-transactions.js'
import type { ConnectionReference } from '../connections/define-connections.js'
import { unlessAborted } from '../http/abort.js'
import type { ConnectedAccountsClient } from '../my-account/client.js'

/** Options of a flow that a page starts: those of `startConnect`, most of them with a default. */
export interface PageConnectOptions<Reference extends ConnectionReference = ConnectionReference>
  extends Omit<StartConnectOptions<Reference>, 'redirectUri' | 'transactions'> {
  /** The URL that the browser comes back to; an allowed callback URL of the application. By default the page's origin. */
  redirectUri?: string | undefined
  /** Where to take the user afterwards; by default this page, without its query and fragment if they are too long. */
  returnTo?: string | undefined
  /** Keeps what completes the flow; by default in `sessionStorage`, and for a popup in `localStorage`. */
  transactions?: TransactionStore | undefined
}

/** Options of {@link connectByRedirect}. */
export interface RedirectConnectOptions<Reference extends ConnectionReference = ConnectionReference>
  extends PageConnectOptions<Reference> {
  /**
   * Takes the user to a URL in place of `window.location.assign`: in a test, or in an application without a page. The promise
   * resolves when it has returned.
   */
  navigate?: ((url: string) => void | Promise<void>) | undefined
  /**
   * Called when the flow has started, right before the page is left: the last moment to save what the page knows. If it throws,
   * the page stays, and the promise rejects with that error.
   */
  onStart?: ((started: StartedConnect) => void) | undefined
}

/**
 * Connects an account by a redirect: leaves the page for the provider's. The promise stays pending while the page is left. It
 * resolves only if the page stays after all: the user stopped the navigation, or came back by the back/forward cache.
 *
 * If `signal` aborts, the promise rejects with its reason, and the flow can no longer be completed. A navigation that has
 * begun goes on, because stopping it would also stop the page's other requests.
 *
 * @throws {ConnectFlowError} any code of `startConnect`.
 * @throws {MyAccountApiError} when the server refuses to start the flow.
 * @throws {TypeError} when `navigate` is not a function, or is missing without a `window.location`; nothing was sent.
 *
 * @example
 * ```ts
 * button.addEventListener('click', () => connectByRedirect(client, { connection: 'github', user: user.sub }))
 * ```
 */
export async function connectByRedirect<Reference extends ConnectionReference>(
  client: ConnectedAccountsClient,
  options: RedirectConnectOptions<Reference>,
): Promise<undefined> {
  const { signal, transactions = sessionStorageTransactions() } = options
  const navigate = options.navigate ?? (globalThis.location && leavePage)
  if (typeof navigate !== 'function') {
    throw new TypeError('navigate must be a function. It is required if there is no page to leave.')
  }
  const starting = startConnect(client, { ...fromThisPage(options), transactions })
  const started = await unlessAborted(starting, signal) // an aborted flow must not leave the page
  try {
    options.onStart?.(started)
    await unlessAborted(Promise.resolve(navigate(started.url)), signal)
  } catch (error) {
    await tryStore(() => transactions.delete(started.state)) // or the user could still complete it
    throw error
  }
  return undefined
}

/** Adds the `redirectUri` and `returnTo` that a flow of this page has by default. @internal */
export function fromThisPage<Options extends PageConnectOptions>(
  options: Options,
): Options & { redirectUri: string } {
  const { location, origin } = globalThis // undefined in React Native, among others
  if (!location) return { redirectUri: '', ...options }
  // Chrome has 'file://' as the origin of the location of a file.
  const { redirectUri = origin ?? location.origin, returnTo = pathOf(location) } = options
  return { ...options, redirectUri, returnTo }
}

function pathOf({ pathname, search, hash }: Location): string {
  const candidates = [pathname + search + hash, pathname]
  return candidates.find(fitsReturnTo) ?? '/'
}

/** Navigates; resolves if the page stays. */
function leavePage(url: string): Promise<void> {
  // TypeScript 5.9 does not know the Navigation API, and not every browser has it.
  const { navigation } = window as { navigation?: EventTarget }
  return new Promise((resolve) => {
    const stay = () => {
      navigation?.removeEventListener('navigateerror', stay)
      window.removeEventListener('pageshow', restore)
      resolve()
    }
    const restore = ({ persisted }: PageTransitionEvent) => persisted && stay()
    // Not removed by a signal, because the window of jsdom refuses those of Node, which jest's environments bring.
    navigation?.addEventListener('navigateerror', stay)
    window.addEventListener('pageshow', restore)
    window.location.assign(url)
  })
}
