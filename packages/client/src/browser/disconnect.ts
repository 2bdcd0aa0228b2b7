import type { Abortable } from '../contract/types.js'
import { isMyAccountApiError } from '../errors/my-account-api-error.js'
import { deleteConnectedAccount, iterateConnectedAccounts } from '../my-account/accounts.js'
import type { ConnectedAccountsClient } from '../my-account/client.js'
import { tellOtherTabs } from './tabs.js'
import { waitForUndo } from './undo.js'

/** Options of {@link disconnectAccount}. */
export interface DisconnectAccountOptions extends Abortable {
  /** Id of the logged-in user, whose other tabs are told. */
  user?: string | undefined
  /** How long the user can undo it, in milliseconds. Nothing is sent before that time is over. Default: 0, sent at once. */
  undoMs?: number | undefined
  /** Called when the time to undo is over, before anything is sent. */
  onSend?: (() => void) | undefined
}

/**
 * Deletes a connected account, and tells the user's other tabs. Within `undoMs` any part of the page can undo it with
 * `getUndoable()`. Leaving the page undoes it, too. The grant at the provider stays: the user can revoke it there.
 *
 * @returns True if it was undone, and nothing was sent.
 * @throws {TypeError} when `undoMs` is not a number, or is negative; nothing was sent.
 * @throws {MyAccountApiError} `not_found`, when there is no such account but the list still has it.
 * @throws {MyAccountApiError} any other code, when the server refuses. An account that is gone already counts as deleted.
 *
 * @example
 * ```ts
 * const isUndone = await disconnectAccount(client, account.id, { user: user.sub, undoMs: 5000 })
 * ```
 */
export async function disconnectAccount(
  client: ConnectedAccountsClient,
  id: string,
  { user, undoMs = 0, onSend, signal }: DisconnectAccountOptions = {},
): Promise<boolean> {
  if (typeof undoMs !== 'number' || !(undoMs >= 0)) {
    throw new TypeError('undoMs must be a number of milliseconds, 0 or more.')
  }
  signal?.throwIfAborted()
  const isUndone = undoMs > 0 && (await waitForUndo(id, { client, user, undoMs, signal }))
  signal?.throwIfAborted()
  if (isUndone) return true
  onSend?.()
  try {
    await deleteConnectedAccount(client, id, { signal })
  } catch (error) {
    if (!isMyAccountApiError(error) || error.code !== 'not_found') throw error
    // A 404 can also mean that the API itself was not found.
    if (await isListed(client, id, { signal })) throw error
  }
  tellOtherTabs({ client, user })
  return false
}

async function isListed(
  client: ConnectedAccountsClient,
  id: string,
  options: Abortable,
): Promise<boolean> {
  for await (const account of iterateConnectedAccounts(client, options)) {
    if (account.id === id) return true
  }
  return false
}
