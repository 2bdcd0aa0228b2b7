import type { ConnectedAccountsClient } from '../my-account/client.js'

/** A user's accounts, as a client sees them. */
export interface AccountsIdentity {
  client: ConnectedAccountsClient
  /** Id of the logged-in user, like `user.sub`. */
  user: string | undefined
}

/** Tells this page's own messages from those of other tabs. */
const SELF = Math.random()

/**
 * Tells the user's other tabs that an account was connected or disconnected. Does nothing if the runtime has no
 * BroadcastChannel.
 *
 * @param connection - The connection, if an account was connected; undefined if one was disconnected.
 */
export function tellOtherTabs(identity: AccountsIdentity, connection?: string): void {
  const channel = openChannel(identity)
  channel?.postMessage([SELF, connection])
  channel?.close()
}

/**
 * Listens to the user's other tabs. Never calls back if the runtime has no BroadcastChannel.
 *
 * @param onChange - Is called when another tab has connected an account, with its connection, or has disconnected one, with
 * undefined.
 * @returns What ends the listening.
 *
 * @example
 * ```ts
 * const stop = listenToOtherTabs({ client, user: user.sub }, () => reloadAccounts())
 * ```
 */
export function listenToOtherTabs(
  identity: AccountsIdentity,
  onChange: (connection: string | undefined) => void,
): () => void {
  const channel = openChannel(identity)
  channel?.addEventListener('message', ({ data: [sender, connection] }) => {
    if (sender !== SELF) onChange(connection)
  })
  return () => channel?.close()
}

/** The channel of the tabs that use the same API for the same user. */
function openChannel({ client, user }: AccountsIdentity): BroadcastChannel | undefined {
  if (typeof BroadcastChannel === 'undefined') return undefined
  return new BroadcastChannel(JSON.stringify(['connected-accounts', client.baseUrl, user]))
}
