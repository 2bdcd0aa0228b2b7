import type { AccountLabels, CompletedConnect, IdentifyAccount } from '@connected-accounts/client'
import type { AccountsIdentity } from '@connected-accounts/client/browser'
import {
  checkAccountLabel,
  readAccountLabel,
  tellOtherTabs,
} from '@connected-accounts/client/internal'
import type { QueryClient } from '@tanstack/react-query'
import { accountLabelKey, forgotten } from './account-labels.js'

/** Where labels come from and go to. */
interface Naming {
  queryClient: QueryClient
  labels: AccountLabels | undefined
  /** Asks the provider. Without it, the flow's `login_hint` names the account. */
  identify: IdentifyAccount | undefined
  /** False if another user has logged in, or nobody is logged in any more. */
  isCurrent: () => boolean
}

/**
 * Fills the fields of a label that an account lacks after it was connected. What the person wrote stays. If anything fails, the
 * account has no label.
 */
export async function nameAccount(
  identity: AccountsIdentity & { user: string },
  { queryClient, labels, identify, isCurrent }: Naming,
  { account, loginHint, reconnectAccountId }: CompletedConnect,
): Promise<void> {
  const { user } = identity
  const { id, connection } = account
  if (!labels) return
  forgotten.delete(id)
  // The hint of a repair is about the account that was to be repaired, and the person chose another one.
  const isOther = reconnectAccountId !== undefined && reconnectAccountId !== id
  const hint = isOther ? undefined : loginHint
  try {
    const known = readAccountLabel(await labels.get(user, id))?.loginHint
    if (known !== undefined) return
    const found = identify
      ? await identify({ id, connection, loginHint: hint })
      : hint && { label: hint, loginHint: hint }
    const written = readAccountLabel(await labels.get(user, id))
    if (!found || !isCurrent() || forgotten.has(id)) return
    await labels.set(user, id, checkAccountLabel({ ...found, ...written }))
    tellOtherTabs(identity)
    await queryClient.invalidateQueries({ queryKey: accountLabelKey(identity, id) })
  } catch {
    // The account is connected all the same.
  }
}
