import type { AccountsIdentity } from '@connected-accounts/client/browser'
import type { QueryClient } from '@tanstack/react-query'

/** How every key begins: what is one user's at one server is never shown as another's. */
export type IdentityKey = ['connected-accounts', { baseUrl: string; user: string | undefined }]

/** How the keys of all lists of accounts begin, filtered or not, in pages or not. */
export type AccountsKey = [...IdentityKey, 'accounts']

/** The {@link IdentityKey} of a client and a user. */
export function identityKey({ client, user }: AccountsIdentity): IdentityKey {
  return ['connected-accounts', { baseUrl: client.baseUrl, user }]
}

/** The {@link AccountsKey} of a client and a user. */
export function accountsKey(identity: AccountsIdentity): AccountsKey {
  return [...identityKey(identity), 'accounts']
}

/** The user; throws while nobody is logged in. */
export function loggedIn({ user }: AccountsIdentity): string {
  if (user !== undefined) return user
  throw new Error('Nobody is logged in: give ConnectedAccountsProvider a user.')
}

/** Asks for every list of accounts again. One that is being asked for the first time may be from before, and is not waited for. */
export async function refreshAccounts(
  queryClient: QueryClient,
  identity: AccountsIdentity,
): Promise<void> {
  const queryKey = accountsKey(identity)
  await queryClient.cancelQueries({ queryKey })
  await queryClient.invalidateQueries({ queryKey })
}
