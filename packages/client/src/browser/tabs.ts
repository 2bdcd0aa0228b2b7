import type { ConnectedAccountsClient } from '../my-account/client.js'

/** Whose accounts, and through which client. */
export interface AccountsIdentity {
  client: ConnectedAccountsClient
  /** Id of the logged-in user, like `user.sub`. */
  user: string | undefined
}

/** Tells this page's own messages from those of other tabs. */
const SELF = Math.random()

/** Says to the user's other tabs that an account was connected or disconnected; which connection only if connected. */
export function tellOtherTabs(identity: AccountsIdentity, connection?: string): void {
  const channel = openChannel(identity)
  channel?.postMessage([SELF, connection])
  channel?.close()
}

/**
 * Calls back when another tab of the same user has connected an account, with its connection, or disconnected one; answers
 * what ends that. Never calls where the runtime has no BroadcastChannel.
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

function openChannel({ client, user }: AccountsIdentity): BroadcastChannel | undefined {
  if (typeof BroadcastChannel === 'undefined') return undefined
  return new BroadcastChannel(JSON.stringify(['connected-accounts', client.baseUrl, user]))
}
