import {
  isConnectCallback,
  localStorageTransactions,
  type TransactionStore,
} from '@connected-accounts/client'
import { type AccountsIdentity, getPendingCallback } from '@connected-accounts/client/browser'
import { callbackState, POPUP_STATE_PREFIX } from '@connected-accounts/client/internal'
import type { Query, QueryClient } from '@tanstack/react-query'

/** How long a page may take until it handles a callback, in milliseconds. Its component may be loaded later. */
const HANDLING_TIME = 3000

/**
 * Warns about mistakes that nobody would notice otherwise: a callback that nothing handles, and a prefetched list that the
 * page does not find. The provider calls it in development only.
 *
 * @returns A function that ends the watching.
 */
export function watchForMistakes(
  queryClient: QueryClient,
  identity: AccountsIdentity,
  transactions: TransactionStore | undefined,
): () => void {
  const callback = getPendingCallback()
  const check = () => {
    if (callback) void checkCallback(callback.url, identity, transactions)
  }
  const timer = setTimeout(check, HANDLING_TIME)
  const stopWatching = watchKeys(queryClient, identity)
  return () => {
    clearTimeout(timer)
    stopWatching()
  }
}

async function checkCallback(
  url: string,
  { user }: AccountsIdentity,
  transactions: TransactionStore | undefined,
): Promise<void> {
  if (await isPendingPopup(callbackState(url) ?? '', transactions)) {
    warn(`This page is the callback of a popup, but nothing hands the callback to the page that opened the popup.
Call handleConnectCallback on this page, before you render your application:

  if (!(await handleConnectCallback({ client }))) createRoot(container).render(<App />)`)
  } else if (user !== undefined && isConnectCallback(window.location.href)) {
    warn(`This page is the callback of a connect flow, but no component completes the flow.
Call useConnectCallback in a component that is rendered at ${window.location.pathname}:

  const { status, returnTo, error } = useConnectCallback()`)
  }
}

async function isPendingPopup(
  state: string,
  transactions = localStorageTransactions(),
): Promise<boolean> {
  if (!state.startsWith(POPUP_STATE_PREFIX)) return false
  try {
    const transaction = await transactions.get(state)
    return transaction?.pending !== undefined
  } catch {
    return false // storage is forbidden, which is an error elsewhere
  }
}

/** Watches for cached lists of the same user and API whose key has another `baseUrl`. */
function watchKeys(queryClient: QueryClient, identity: AccountsIdentity): () => void {
  const cache = queryClient.getQueryCache()
  for (const query of cache.getAll()) checkKey(query, identity)
  return cache.subscribe(({ type, query }) => {
    if (type === 'added') checkKey(query, identity)
  })
}

function checkKey(
  { queryKey, state }: Pick<Query, 'queryKey' | 'state'>,
  { client, user }: AccountsIdentity,
): void {
  const [name, other] = queryKey
  if (name !== 'connected-accounts' || !isIdentity(other) || other.user !== user) return
  const { baseUrl } = other
  const urls = [baseUrl, client.baseUrl]
  const isOneRelative = urls.filter((url) => url.startsWith('/')).length === 1
  const [path, ownPath] = urls.map((url) => new URL(url, 'https://page.invalid').pathname)
  if (state.data === undefined || !isOneRelative || path !== ownPath) return
  warn(`The list that was prefetched with the baseUrl ${baseUrl} is fetched again, because the baseUrl of this page's client is
${client.baseUrl}. Give both clients the same whole URL:

  createConnectedAccountsClient({ baseUrl: '${urls.find((url) => !url.startsWith('/')) ?? ''}' })`)
}

function isIdentity(value: unknown): value is { baseUrl: string; user?: unknown } {
  const baseUrl: unknown = value instanceof Object && Reflect.get(value, 'baseUrl')
  return typeof baseUrl === 'string'
}

const warned = new Set<string>()

/** Prints a warning once. */
function warn(message: string): void {
  if (warned.has(message)) return
  warned.add(message)
  console.warn(`@connected-accounts/react: ${message}`)
}
