import type { AccountLabel, AccountLabels } from '@connected-accounts/client'
import type { AccountsIdentity } from '@connected-accounts/client/browser'
import {
  checkAccountLabel,
  readAccountLabel,
  tellOtherTabs,
} from '@connected-accounts/client/internal'
import { type QueryClient, queryOptions, skipToken } from '@tanstack/react-query'
import { type IdentityKey, identityKey, loggedIn } from './keys.js'
import { type MutationOptions, type QueryOptions, withoutPlaceholder } from './options.js'

/** Key of an account's label. Without an id, the beginning of the keys of all labels. */
export type AccountLabelKey = [...IdentityKey, 'account-labels', ...id: string[]]

/** Returns the {@link AccountLabelKey} of an account, or of all accounts. */
export function accountLabelKey(identity: AccountsIdentity, ...id: string[]): AccountLabelKey {
  return [...identityKey(identity), 'account-labels', ...id]
}

/** Returns the options of the query that reads a label. The data is null if there is none. */
export function accountLabelOptions(
  identity: AccountsIdentity,
  labels: AccountLabels | undefined,
  accountId: string | undefined,
): QueryOptions<AccountLabel | null, AccountLabelKey> {
  const { user } = identity
  return queryOptions<AccountLabel | null, Error, AccountLabel | null, AccountLabelKey>({
    ...withoutPlaceholder,
    queryKey: accountLabelKey(identity, accountId ?? ''),
    queryFn:
      labels && user !== undefined && accountId !== undefined
        ? async () => readAccountLabel(await labels.get(user, accountId)) ?? null
        : skipToken,
    networkMode: 'always', // web storage needs no network
    retry: false,
  })
}

/** Returns the options of the mutation that changes a label: null deletes it, and what is left out stays. */
export function setAccountLabelOptions(
  identity: AccountsIdentity,
  labels: AccountLabels | undefined,
  { queryClient, accountId }: { queryClient: QueryClient; accountId: string },
): MutationOptions<Partial<AccountLabel> | null> {
  return {
    mutationKey: [...identityKey(identity), 'set-account-label', accountId],
    networkMode: 'always',
    retry: false,
    mutationFn: async (changes) => {
      const user = loggedIn(identity)
      if (!labels) {
        throw new TypeError(
          'Pass accountLabels to ConnectedAccountsProvider, which keeps the labels.',
        )
      }
      if (changes) {
        const former = readAccountLabel(await labels.get(user, accountId))
        await labels.set(user, accountId, checkAccountLabel({ ...former, ...changes }))
      } else {
        await labels.delete(user, accountId)
      }
      tellOtherTabs(identity)
    },
    onSettled: () =>
      queryClient.invalidateQueries({ queryKey: accountLabelKey(identity, accountId) }),
  }
}

/** Accounts that were disconnected. What is still on its way for them must not become a label. */
export const forgotten = new Set<string>()

/** Deletes the label of an account that is gone. If the store fails, the label stays, because the account is gone anyway. */
export async function forgetAccountLabel(
  queryClient: QueryClient,
  identity: AccountsIdentity,
  { labels, accountId }: { labels: AccountLabels | undefined; accountId: string },
): Promise<void> {
  forgotten.add(accountId)
  queryClient.removeQueries({ queryKey: accountLabelKey(identity, accountId) })
  try {
    await labels?.delete(loggedIn(identity), accountId)
  } catch {
    // The store refuses.
  }
}

/** Deletes all labels of a user who has logged out. If the store fails, they stay for this user. */
export async function clearLabels(labels: AccountLabels | undefined, user: string): Promise<void> {
  try {
    await labels?.clear?.(user)
  } catch {
    // The store refuses.
  }
}
