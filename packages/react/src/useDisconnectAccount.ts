'use client'

import { type UseMutationResult, useMutation, useQueryClient } from '@tanstack/react-query'
import { useConnectedAccountsContext } from './context.js'

/**
 * Disconnects accounts: `mutate(account.id)`. The account leaves the lists at once and comes back if the server refuses,
 * with the reason as `error`; one that is gone already counts as disconnected.
 * The provider's grant stays: the person revokes it at the provider.
 */
export function useDisconnectAccount(): UseMutationResult<void, Error, string> {
  const { queries } = useConnectedAccountsContext()
  return useMutation(queries.disconnect({ queryClient: useQueryClient() }))
}
