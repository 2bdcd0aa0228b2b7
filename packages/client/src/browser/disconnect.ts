import type { Abortable } from '../contract/types.js'
import { isMyAccountApiError } from '../errors/my-account-api-error.js'
import { deleteConnectedAccount, iterateConnectedAccounts } from '../my-account/accounts.js'
import type { ConnectedAccountsClient } from '../my-account/client.js'
import { tellOtherTabs } from './tabs.js'
import { waitForUndo } from './undo.js'

/** Options of {@link disconnectAccount}. */
export interface DisconnectAccountOptions extends Abortable {
  /** Id of the logged-in user: whose other tabs are told. */
  user?: string | undefined
  /** How long it can be undone, in milliseconds; nothing is sent before. By default 0: sent at once. */
  undoMs?: number | undefined
}

/**
 * Deletes the account with an id, and has the user's other tabs know it. Within `undoMs` any part of the page can undo it by
 * `getUndoable()`, and leaving the page undoes it. Answers whether it was undone, and nothing sent.
 *
 * Throws `MyAccountApiError`. A 404 counts as done if the account is no longer listed. The provider's grant stays: revoke it
 * at the provider.
 */
export async function disconnectAccount(
  client: ConnectedAccountsClient,
  id: string,
  { user, undoMs = 0, signal }: DisconnectAccountOptions = {},
): Promise<boolean> {
  signal?.throwIfAborted()
  const undone = undoMs > 0 && (await waitForUndo(id, { user, undoMs, signal }))
  signal?.throwIfAborted()
  if (undone) return true
  try {
    await deleteConnectedAccount(client, id, { signal })
  } catch (error) {
    if (!isMyAccountApiError(error) || error.code !== 'not_found') throw error
    // A 404 may also be about the API itself.
    for await (const one of iterateConnectedAccounts(client, { signal }))
      if (one.id === id) throw error
  }
  tellOtherTabs({ client, user })
  return false
}
