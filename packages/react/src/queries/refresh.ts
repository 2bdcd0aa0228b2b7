import type { Identity } from '@connected-accounts/client/browser'
import type { QueryClient } from '@tanstack/react-query'
import { accountsKey } from './keys.js'

/** Asks for every list of accounts again. One that is being asked for the first time may be from before, and is not waited for. */
export async function refreshAccounts(queryClient: QueryClient, identity: Identity): Promise<void> {
  const queryKey = accountsKey(identity)
  await queryClient.cancelQueries({ queryKey })
  await queryClient.invalidateQueries({ queryKey })
}
