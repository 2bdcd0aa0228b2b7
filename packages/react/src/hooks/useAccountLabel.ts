'use client'

import type { AccountLabel } from '@connected-accounts/client'
import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query'
import { useConnectedAccountsContext } from '../ConnectedAccountsProvider.js'
import { accountLabelOptions, setAccountLabelOptions } from '../queries/account-labels.js'

/** What {@link useAccountLabel} returns. */
export interface UseAccountLabelResult {
  /** The label; undefined while it is read, and if there is none. */
  label: AccountLabel | undefined
  /** True if labels can be kept: the provider has `accountLabels` and a `user`. */
  isEnabled: boolean
  /** Changes the label. Fields that are left out stay as they are. Null deletes the label. */
  setLabel: (changes: Partial<AccountLabel> | null) => void
  /** True while the label is changed. */
  isPending: boolean
  /** Why the label could not be changed or read: a `TypeError` that names a wrong field, or the error of your store. */
  error: Error | null
}

/**
 * Reads and changes the label of an account, which tells it from others of its connection. The provider's `accountLabels`
 * keeps it; other tabs of the user see the change.
 *
 * @example
 * ```tsx
 * const { label, setLabel } = useAccountLabel(account.id)
 * const rename = (formData: FormData) => {
 *   const name = formData.get('label')
 *   if (typeof name === 'string') setLabel({ label: name })
 * }
 *
 * <form action={rename}>
 *   <input name="label" aria-label="Name" defaultValue={label?.label} />
 *   <button type="submit">Rename</button>
 * </form>
 * ```
 */
export function useAccountLabel(accountId: string): UseAccountLabelResult {
  const { accountLabels, ...identity } = useConnectedAccountsContext()
  const queryClient = useQueryClient()
  const read = useQuery(accountLabelOptions(identity, accountLabels, accountId))
  const change = useMutation(
    setAccountLabelOptions(identity, accountLabels, { queryClient, accountId }),
  )
  return {
    label: read.data ?? undefined,
    isEnabled: read.isEnabled,
    setLabel: change.mutate,
    isPending: change.isPending,
    error: change.error ?? read.error,
  }
}
