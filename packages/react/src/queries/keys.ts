import type { AccountsIdentity } from '@connected-accounts/client/browser'
import type { QueryClient, QueryKey } from '@tanstack/react-query'

/** The beginning of every key. It has the server and the user, so that one user's data is never shown to another. */
export type IdentityKey = ['connected-accounts', { baseUrl: string; user: string | undefined }]

/** The beginning of the keys of all lists of accounts: filtered or not, in pages or not. */
export type AccountsKey = [...IdentityKey, 'accounts']

/** Key of the list of accounts. */
export type ListKey = [...AccountsKey, 'all']

/** Returns the {@link IdentityKey} of a client and a user. */
export function identityKey({ client, user }: AccountsIdentity): IdentityKey {
  return ['connected-accounts', { baseUrl: client.baseUrl, user }]
}

/** Returns the {@link AccountsKey} of a client and a user. */
export function accountsKey(identity: AccountsIdentity): AccountsKey {
  return [...identityKey(identity), 'accounts']
}

/** Returns the {@link ListKey} of a client and a user. */
export function listKey(identity: AccountsIdentity): ListKey {
  return [...accountsKey(identity), 'all']
}

/** The beginning of the keys of calls that were kept while the page was left. */
export type KeptCallsKey = [...IdentityKey, 'kept-calls']

/** Returns the {@link KeptCallsKey} of a client and a user. */
export function keptCallsKey(identity: AccountsIdentity): KeptCallsKey {
  return [...identityKey(identity), 'kept-calls']
}

/**
 * Returns the user.
 *
 * @throws {Error} while nobody is logged in.
 */
export function loggedIn({ user }: AccountsIdentity): string {
  if (user !== undefined) return user
  throw new Error(
    'Nobody is logged in. Pass ConnectedAccountsProvider a user, or render this for logged-in users only.',
  )
}

/**
 * Fetches every list of accounts again. A list that is being fetched for the first time is fetched again, too, because the
 * response under way may be older than the change.
 *
 * @param queryKey - The beginning of the keys, if other lists are meant.
 */
export async function refreshAccounts(
  queryClient: QueryClient,
  identity: AccountsIdentity,
  queryKey: QueryKey = accountsKey(identity),
): Promise<void> {
  await queryClient.cancelQueries({ queryKey })
  await queryClient.invalidateQueries({ queryKey })
}
