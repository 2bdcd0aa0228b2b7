import { type StartConnectOptions, startConnect } from '../connect/start-connect.js'
import type { TransactionStore } from '../connect/transactions.js'
import { sessionStorageTransactions } from '../connect/web-storage-transactions.js'
import type { ConnectionReference } from '../connections/define-connections.js'
import { unlessAborted } from '../http/abort.js'
import type { ConnectedAccountsClient } from '../my-account/client.js'

/** Options of a flow that a page starts: those of `startConnect`, of which a page has most. `returnTo` is by default this page. */
export interface PageConnectOptions<Reference extends ConnectionReference = ConnectionReference>
  extends Omit<StartConnectOptions<Reference>, 'redirectUri' | 'transactions'> {
  /** Where the browser comes back to; an allowed callback URL of the application, by default the page's origin. */
  redirectUri?: string | undefined
  /** Keeps what completes the flow; by default in `sessionStorage`, and that of a popup in `localStorage`. */
  transactions?: TransactionStore | undefined
}

/**
 * Connects an account by leaving the page for the provider's. Resolves only if the page goes on nevertheless: the person
 * stopped the navigation, or came back out of the back/forward cache. Throws what `startConnect` throws.
 */
export async function connectByRedirect<Reference extends ConnectionReference>(
  client: ConnectedAccountsClient,
  options: PageConnectOptions<Reference>,
): Promise<undefined> {
  const { signal, transactions = sessionStorageTransactions() } = options
  const starting = startConnect(client, { ...fromThisPage(options), transactions })
  const { url } = await unlessAborted(starting, signal) // an aborted flow must not leave the page
  await leavePage(url)
  return undefined
}

/** The options with those that a page has by default. */
export function fromThisPage<Options extends PageConnectOptions>(
  options: Options,
): Options & { redirectUri: string; returnTo: string } {
  const { origin, pathname, search, hash } = window.location
  const { redirectUri = origin, returnTo = pathname + search + hash } = options
  return { ...options, redirectUri, returnTo }
}

function leavePage(url: string): Promise<void> {
  return new Promise((resolve) => {
    const listening = new AbortController()
    const { signal } = listening
    const stay = () => {
      listening.abort()
      resolve()
    }
    // TypeScript 5.9 does not know the Navigation API, and not every browser has it.
    const { navigation } = window as { navigation?: EventTarget }
    navigation?.addEventListener('navigateerror', stay, { signal })
    window.addEventListener('pageshow', ({ persisted }) => persisted && stay(), { signal })
    window.location.assign(url)
  })
}
