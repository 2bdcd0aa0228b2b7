import {
  type ConnectedAccount,
  type ConnectedAccountsClient,
  iterateConnectedAccounts,
  TokenError,
} from '@connected-accounts/client'
import type { Context } from '../context.js'
import type { AccountProfile } from '../options.js'
import type { Session } from '../sessions/session.js'
import { exchange } from '../tokens/connection-token.js'

/** Whose account it is, and how to list it. */
export interface Owner {
  client: ConnectedAccountsClient
  session: Session
}

/** An account, and what chooses it among several of its connection. */
export interface AccountChoice {
  id: string
  loginHint?: string | undefined
}

/** The provider's token of one account. */
export interface AccountToken {
  connection: string
  accessToken: string
  /** What has chosen the account; undefined if it is the only one of its connection. */
  loginHint: string | undefined
}

/** What the list says of an account. */
export interface ListedAccount {
  connection: string
  /** True if the user has no other account of the connection. */
  isOnly: boolean
}

/**
 * Finds an account in the user's list.
 *
 * @throws {TokenError} connection_not_connected, if the user has no such account.
 * @internal
 */
export async function findAccount({ client }: Owner, id: string): Promise<ListedAccount> {
  const accounts: ConnectedAccount[] = []
  for await (const account of iterateConnectedAccounts(client)) accounts.push(account)
  const connection = accounts.find((account) => account.id === id)?.connection
  if (connection === undefined) {
    throw new TokenError('connection_not_connected', {
      message: `The user has no connected account with the id '${id}'. List the accounts again.`,
    })
  }
  const siblings = accounts.filter((account) => account.connection === connection)
  return { connection, isOnly: siblings.length === 1 }
}

/**
 * Exchanges the session's refresh token for the provider's token of one account. An exchange is by connection, so if the user has
 * several accounts of it, only a `loginHint` can choose one. Without it this refuses, and never guesses. It uses no cached token.
 *
 * @throws {TokenError} ambiguous_account, if there are several accounts and no `loginHint`.
 * @throws {TokenError} connection_not_connected, if Token Vault has no token of it.
 * @internal
 */
export async function exchangeAccount(
  context: Context,
  owner: Owner,
  { id, loginHint, connection, isOnly }: AccountChoice & ListedAccount,
): Promise<AccountToken> {
  if (!isOnly && loginHint === undefined) throw ambiguous(connection)
  const hint = isOnly ? undefined : loginHint
  const { accessToken } = await exchange(context, owner.session, { connection, loginHint: hint })
  // Another account may have been connected meanwhile. Then the token may be that one's.
  if (isOnly && !(await findAccount(owner, id)).isOnly) throw ambiguous(connection)
  return { connection, accessToken, loginHint: hint }
}

/**
 * Compares the account that a token is for with the hint that has chosen it.
 *
 * @throws {TokenError} ambiguous_account, if the provider says that it is another account.
 * @internal
 */
export function checkChosen(
  { id, email }: AccountProfile,
  { connection, loginHint }: AccountToken,
): void {
  if (loginHint === undefined) return
  const hint = loginHint.toLowerCase()
  const told = hint.includes('@') ? email : id
  const isSame = id === loginHint || email?.toLowerCase() === hint
  if (told !== undefined && !isSame) throw ambiguous(connection)
}

function ambiguous(connection: string): TokenError {
  return new TokenError('ambiguous_account', {
    message:
      `The user has several accounts of '${connection}', and it is not certain which one the token is for. Pass the loginHint of ` +
      "the account: its email address, or the user's id at the provider.",
  })
}
