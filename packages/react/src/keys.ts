import type { ConnectedAccountsClient } from '@connected-accounts/client'

/** Whose accounts, and through which client. */
export interface Identity {
  client: ConnectedAccountsClient
  /** Id of the logged-in user, like `user.sub`; undefined while nobody is logged in, and then nothing is asked. */
  user: string | undefined
}

/** How every key begins: what is one user's at one server is never shown as another's. */
export function identityKey({ client, user }: Identity) {
  return ['connected-accounts', { baseUrl: client.baseUrl, user }] as const // a tuple, not an array of both
}

/** How the keys of all lists of accounts begin, filtered or not. */
export function accountsKey(identity: Identity) {
  return [...identityKey(identity), 'accounts'] as const // a tuple, not an array of all three
}
