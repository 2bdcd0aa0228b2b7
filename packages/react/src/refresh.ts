import type { QueryClient } from '@tanstack/react-query'
import { accountsKey, type Identity, identityKey } from './keys.js'

/** Tells this page's own messages from those of other tabs. */
const SELF = Math.random()

/** Asks for every list of accounts again. One that is being asked for the first time may be from before, and is not waited for. */
export async function refreshAccounts(queryClient: QueryClient, identity: Identity): Promise<void> {
  const queryKey = accountsKey(identity)
  await queryClient.cancelQueries({ queryKey })
  await queryClient.invalidateQueries({ queryKey })
}

/** Has the user's other tabs refresh their lists, where the runtime has a BroadcastChannel; says which connection was connected. */
export function tellOtherTabs(identity: Identity, connection?: string): void {
  const channel = openChannel(identity)
  channel?.postMessage([SELF, connection])
  channel?.close()
}

/** Calls back when another tab of the same user has connected or disconnected an account; answers what ends that. */
export function listenToOtherTabs(
  identity: Identity,
  onChange: (connection: string | undefined) => void,
): () => void {
  const channel = openChannel(identity)
  channel?.addEventListener('message', ({ data: [sender, connection] }) => {
    if (sender !== SELF) onChange(connection)
  })
  return () => channel?.close()
}

function openChannel(identity: Identity): BroadcastChannel | undefined {
  if (typeof BroadcastChannel === 'undefined') return undefined
  return new BroadcastChannel(JSON.stringify(identityKey(identity)))
}
